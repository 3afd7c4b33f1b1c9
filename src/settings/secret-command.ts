import { described, type Member } from './json.ts';
import type { Problem } from './problems.ts';

interface Read {
  readonly found: readonly string[] | undefined;
  readonly problems: readonly Problem[];
}

/** `secretCommand` of the settings file: the words of a program. */
export function secretCommandIn(member: Member | undefined): Read {
  if (member === undefined) return { found: undefined, problems: [] };
  const { value } = member;
  const words =
    value.kind === 'array' ? value.items.map((item) => (item.kind === 'text' ? item.value : '')) : [];
  if (words.length > 0 && words.every((word) => word !== '')) return { found: words, problems: [] };
  const message = `secretCommand: expected a list of words, the program first, found ${described(value)}`;
  return { found: undefined, problems: [{ at: value.at, message }] };
}
