import type { AST } from 'toml-eslint-parser';
import type { NamedEntry, ServersPlace } from './config-text.ts';
import { indentAt, nextLine, type Edit } from './layout.ts';
import { keyText, valueText } from './toml-write.ts';

/**
 * Servers that are values of another table: `time = { … }` below `[mcp_servers]`, or elements of
 * `mcp_servers = [{ … }]`, which `vibe mcp add` writes into a file of its own (Mistral Vibe 3.0.2).
 */
export interface InlineServers {
  /** Those in braces or brackets, which commas part; undefined where each has lines of its own in a table. */
  readonly around: AST.TOMLArray | AST.TOMLInlineTable | undefined;
  readonly items: readonly { readonly name: string | number; readonly node: AST.TOMLNode }[];
}

/** Undefined if no server is written so. */
export function inlineServers(
  top: AST.TOMLTopLevelTable,
  { keyPath }: ServersPlace,
): InlineServers | undefined {
  for (const node of top.body) {
    if (node.type === 'TOMLTable') {
      if (node.kind === 'standard' && isSame(node.resolvedKey, keyPath) && node.body.length > 0)
        return { around: undefined, items: node.body.flatMap(keyed) };
      continue;
    }
    if (!isSame(namesOf(node.key), keyPath)) continue;
    if (node.value.type === 'TOMLArray')
      return { around: node.value, items: node.value.elements.map((one, name) => ({ name, node: one })) };
    if (node.value.type === 'TOMLInlineTable')
      return { around: node.value, items: node.value.body.flatMap(keyed) };
  }
  return undefined;
}

/** `name.command = …` is a part of a server, not one. */
function keyed(node: AST.TOMLKeyValue): InlineServers['items'] {
  const [name, ...deeper] = namesOf(node.key);
  return name === undefined || deeper.length > 0 || node.value.type !== 'TOMLInlineTable'
    ? []
    : [{ name, node }];
}

function namesOf({ keys }: AST.TOMLKey): string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}

function isSame(key: readonly (string | number)[], wanted: readonly string[]): boolean {
  return key.length === wanted.length && key.every((part, index) => part === wanted[index]);
}

/** As one value on one line. */
export function inlineText({ isList }: ServersPlace, { name, entry }: NamedEntry): string {
  return isList ? valueText(entry) : `${keyText(name)} = ${valueText(entry)}`;
}

/** Behind the last one, on a line of its own if that has one. */
export function insertInline(
  text: string,
  { around, items }: InlineServers & { readonly around: NonNullable<InlineServers['around']> },
  written: string,
): Edit {
  const last = items.at(-1)?.node;
  if (last === undefined) {
    const [from, to] = [around.range[0] + 1, around.range[1] - 1];
    return { from, to, text: around.type === 'TOMLArray' ? written : ` ${written} ` };
  }
  const indent = indentAt(text, last.range[0]);
  const lineEnd = text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n';
  const before = indent === undefined ? ' ' : lineEnd + indent;
  return { from: last.range[1], to: last.range[1], text: `,${before}${written}` };
}

/** With the comma that parts it from its neighbour. */
export function removeInline(text: string, { around, items }: InlineServers, index: number): Edit {
  const [before, own, behind] = [items[index - 1], items[index], items[index + 1]].map((one) => one?.node);
  const [from, to] = own?.range ?? [0, 0];
  if (around === undefined) return { from, to: nextLine(text, to), text: '' };
  if (behind !== undefined) return { from, to: behind.range[0], text: '' };
  if (before !== undefined) return { from: before.range[1], to, text: '' };
  return { from, to: to + (/^\s*,/.exec(text.slice(to))?.[0].length ?? 0), text: '' };
}
