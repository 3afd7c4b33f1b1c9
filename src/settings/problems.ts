import { McpcatError } from '../lib/errors.ts';
import type { Input } from '../lib/input.ts';
import { didYouMean } from '../lib/nearest.ts';
import { described, type Json, type Member } from './json.ts';

/** Something wrong at one place of the settings file. */
export interface Problem {
  readonly at: number;
  readonly message: string;
  readonly hint?: string;
  readonly inputs?: readonly Input[];
}

/** The members of an object; what is no object, or has another key than `keys`, is a problem. */
export function membersOf(
  value: Json,
  { what, keys }: { what: string; keys?: readonly string[] },
): { readonly members: ReadonlyMap<string, Member>; readonly problems: readonly Problem[] } {
  if (value.kind !== 'object') {
    const message = `${what}: expected an object, found ${described(value)}`;
    return { members: new Map(), problems: [{ at: value.at, message }] };
  }
  const { members } = value;
  const unknown = [...members].filter(([key]) => keys !== undefined && !keys.includes(key));
  const problems = unknown.map(([key, { at }]): Problem => {
    const near = didYouMean(key, keys ?? []);
    const message = `${what}: expected ${(keys ?? []).join(', ')}, found the key ${JSON.stringify(key)}`;
    return { at, message, ...(near === '' ? {} : { hint: near }) };
  });
  return { members, problems };
}

/** Throws all problems at once, in the order of the file: the first as the message, the others as its detail. */
export function refuse(place: (at: number) => string, problems: readonly Problem[]): void {
  const [first, ...more] = problems.toSorted((a, b) => a.at - b.at);
  if (first === undefined) return;
  throw new McpcatError('usage', `${place(first.at)}: ${first.message}`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    ...(first.inputs === undefined ? {} : { inputs: first.inputs }),
    detail: more.map(
      ({ at, message, hint }) => `${place(at)}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    ),
  });
}
