import type { AST } from 'toml-eslint-parser';
import type { NamedEntry, ServersPlace } from './config-text.ts';
import { endOfLine, indentAt, nextLine, type Edit } from './layout.ts';
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

type Around = NonNullable<InlineServers['around']>;

/** Whatever commas part in there, also what is no server. */
function nodesOf(around: Around): readonly AST.TOMLNode[] {
  return around.type === 'TOMLArray' ? around.elements : around.body;
}

/** Behind the last one, on a line of its own if that has one; a comment behind the last one stays with it. */
export function insertInline(text: string, around: Around, written: string): Edit {
  const last = nodesOf(around).at(-1);
  if (last === undefined) return fill(text, around, written);
  const [start, from] = last.range;
  const indent = indentAt(text, start);
  const lineEnd = text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n';
  const behind = /^([ \t]*,)?([ \t]*#.*)$/s.exec(text.slice(from, endOfLine(text, from)));
  if (behind !== null) {
    const [all, comma = '', comment = ''] = behind;
    const line = lineEnd + (indent ?? '') + written + comma.trim();
    return { from, to: from + all.length, text: `,${comment}${line}` };
  }
  return { from, to: from, text: `,${indent === undefined ? ' ' : lineEnd + indent}${written}` };
}

function fill(text: string, around: Around, written: string): Edit {
  const [from, to] = [around.range[0] + 1, around.range[1] - 1];
  const isEmpty = text.slice(from, to).trim() === '';
  return { from, to: isEmpty ? to : from, text: around.type === 'TOMLArray' ? written : ` ${written} ` };
}

/**
 * With the comma behind it, or the one in front where that begins the line or none is behind. What others have between
 * them stays, comments too: only one on the server's own line, behind it, is its own.
 */
export function removeInline(text: string, { around, items }: InlineServers, index: number): readonly Edit[] {
  const own = items[index]?.node;
  if (own === undefined) return [];
  const [from, to] = own.range;
  if (around === undefined) return [{ from, to: nextLine(text, to), text: '' }];
  const nodes = nodesOf(around);
  const before = nodes[nodes.indexOf(own) - 1];
  const front = before && commaBehind(text, before.range[1]);
  // Where commas begin the lines, that is the server's own.
  const isLeading = front !== undefined && indentAt(text, front) !== undefined;
  const comma = isLeading ? front : (commaBehind(text, to) ?? front);
  if (comma === undefined) return [cut(text, from, to)];
  const gap = comma < from ? text.slice(comma + 1, from) : text.slice(to, comma);
  // One edit where only blanks are between the two, so that none stay; not where the server has a line to go with.
  if (/^[ \t]*$/.test(gap) || (gap.trim() === '' && !isLastOfLine(text, to)))
    return [cut(text, Math.min(from, comma), Math.max(to, comma + 1))];
  return [cut(text, from, to), { from: comma, to: comma + 1, text: '' }];
}

/** Its offset; undefined if there is none before the next element or the bracket. */
function commaBehind(text: string, offset: number): number | undefined {
  const [found] = /^(?:\s|#[^\n]*\n)*,/.exec(text.slice(offset)) ?? [];
  return found === undefined ? undefined : offset + found.length - 1;
}

function isLastOfLine(text: string, offset: number): boolean {
  return /^[ \t]*(#.*)?$/s.test(text.slice(offset, endOfLine(text, offset)));
}

/** With its lines if it has them for itself; else with the blanks on the side where they part nothing any more. */
function cut(text: string, from: number, to: number): Edit {
  const indent = indentAt(text, from);
  if (indent !== undefined && isLastOfLine(text, to))
    return { from: from - indent.length, to: nextLine(text, to), text: '' };
  const lead = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  const rest = text.slice(to, endOfLine(text, to));
  if (indent === undefined && (rest.trim() === '' || text[from] === ','))
    return { from: from - lead.length + lead.trimEnd().length, to, text: '' };
  return { from, to: to + rest.length - rest.trimStart().length, text: '' };
}
