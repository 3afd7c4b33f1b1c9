import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';
import type { ConfigText, ServersPlace } from './config-text.ts';
import { applyEdits, layoutOf, nextLine, type Edit } from './layout.ts';
import { unfit } from './line-position.ts';
import { tomlServers } from './toml-servers.ts';
import { inlineServers, inlineText, insertInline, removeInline, type InlineServers } from './toml-inline.ts';
import { tableText } from './toml-write.ts';

/**
 * TOML, edited by whole tables: `[mcp_servers.NAME]` with its sub-tables, or an element of `[[mcp_servers]]`; and by
 * whole values where servers are inline tables. Those written by dotted keys are read, and not edited. Tables are found
 * by one library and read by another, so that one's mistake is not the other's.
 */
export const tomlText: ConfigText = {
  read: (text, place) => {
    parse(text);
    return new Map(tomlServers(text, place));
  },
  put: (text, place, server) => {
    const inline = inlineServer(text, place, server.name);
    if (inline !== undefined) return putInline(text, inline, inlineText(place, server));
    const { lineEnd } = layoutOf(text);
    const written = tableText(place, server).replaceAll('\n', lineEnd);
    const tables = tablesOf(text, place, server.name);
    const [first, last] = [tables[0], tables.at(-1)];
    if (first === undefined || last === undefined) return append(text, written, lineEnd);
    // In the place of the old one: its neighbours keep theirs.
    return applyEdits(text, [{ from: first.range[0], to: nextLine(text, last.range[1]), text: written }]);
  },
  remove: (text, place, name) => {
    const inline = inlineServer(text, place, name);
    if (inline?.index !== undefined)
      return applyEdits(text, removeInline(text, inline.servers, inline.index));
    return applyEdits(
      text,
      tablesOf(text, place, name).map((table) => cut(text, table)),
    );
  },
};

interface Inline {
  readonly servers: InlineServers;
  /** Of the server, if it is among them. */
  readonly index: number | undefined;
}

/** Undefined if the server is, or is to be, a table of its own. */
function inlineServer(text: string, place: ServersPlace, name: string): Inline | undefined {
  const servers = inlineServers(parse(text), place);
  if (servers === undefined) return undefined;
  const element = place.isList ? elementOf(text, place, name) : name;
  const index = servers.items.findIndex((item) => item.name === element);
  if (index !== -1) return { servers, index };
  return servers.around === undefined ? undefined : { servers, index: undefined };
}

function putInline(text: string, { servers, index }: Inline, written: string): string {
  const { around, items } = servers;
  const old = index === undefined ? undefined : items[index]?.node;
  if (old !== undefined) return applyEdits(text, [{ from: old.range[0], to: old.range[1], text: written }]);
  return around === undefined ? text : applyEdits(text, [insertInline(text, around, written)]);
}

function parse(text: string): AST.TOMLTopLevelTable {
  try {
    return parseTOML(text.replace(/^\uFEFF/, ' ')).body[0];
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw unfit(text, error.index, `not TOML: ${error.message}`);
  }
}

/** The tables of a server, in the order of the file. */
function tablesOf(text: string, place: ServersPlace, name: string): AST.TOMLTable[] {
  const top = parse(text);
  const tables = top.body.filter((node) => node.type === 'TOMLTable');
  const element = place.isList ? elementOf(text, place, name) : name;
  const wanted = element === undefined ? undefined : [...place.keyPath, element];
  const found = tables.filter(
    ({ resolvedKey }) => wanted?.every((key, index) => resolvedKey[index] === key) ?? false,
  );
  if (found.length === 0 && tomlServers(text, place).some(([known]) => known === name))
    throw unfit(text, 0, `"${name}" is written inside another table, expected a table of its own`);
  return found;
}

function elementOf(text: string, place: ServersPlace, name: string): number | undefined {
  const index = tomlServers(text, place).findIndex(([known]) => known === name);
  return index === -1 ? undefined : index;
}

/** A table with its lines, and with the empty line behind it. Comments in front of the next table stay there. */
function cut(text: string, table: AST.TOMLTable): Edit {
  const end = nextLine(text, table.range[1]);
  const isEmpty = text.slice(end, nextLine(text, end)).trim() === '';
  return { from: table.range[0], to: isEmpty ? nextLine(text, end) : end, text: '' };
}

function append(text: string, written: string, lineEnd: string): string {
  if (text.replace('\uFEFF', '') === '') return text + written;
  const ended = text.endsWith('\n') ? text : text + lineEnd;
  return `${ended}${/\n\r?\n$/.test(ended) ? '' : lineEnd}${written}`;
}
