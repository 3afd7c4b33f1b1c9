import { stringify } from 'yaml';
import type { ConfigText, NamedEntry, ServersPlace } from './config-text.ts';
import { applyEdits, endOfLine, indentAt, indented, layoutOf, nextLine, type Edit } from './layout.ts';
import { unfit } from './line-position.ts';
import { serversOf, type Item } from './yaml-servers.ts';

/** YAML 1.2, edited by whole lines: what stands around a server keeps its bytes. */
export const yamlText: ConfigText = {
  read: (text, place) => new Map(serversOf(text, place).items.map(({ name, value }) => [name, value])),
  put: (text, place, server) => {
    const { items } = serversOf(text, place);
    const old = items.find(({ name }) => name === server.name);
    if (old === undefined) return insert(text, place, server);
    const written = indented(block(place, server), ownLine(text, old), layoutOf(text)).trimEnd();
    return applyEdits(text, [{ from: old.from, to: old.to, text: written }]);
  },
  remove: (text, place, name) => {
    const { items, key } = serversOf(text, place);
    const old = items.find((item) => item.name === name);
    if (old === undefined) return text;
    const lead = ownLine(text, old);
    const edits: Edit[] = [{ from: old.from - lead.length, to: nextLine(text, old.to), text: '' }];
    // The last one leaves an empty collection, not a key without a value.
    const colon = text.indexOf(':', key?.range?.[1] ?? 0) + 1;
    if (items.length === 1) edits.push({ from: colon, to: colon, text: place.isList ? ' []' : ' {}' });
    return applyEdits(text, edits);
  },
};

function insert(text: string, place: ServersPlace, server: NamedEntry): string {
  const layout = layoutOf(text);
  const { items, key, collection } = serversOf(text, place);
  const last = items.at(-1);
  if (last !== undefined) {
    const lead = ownLine(text, last);
    const written = layout.lineEnd + lead + indented(block(place, server), lead, layout).trimEnd();
    const at = endOfLine(text, last.to);
    return applyEdits(text, [{ from: at, to: at, text: written }]);
  }
  const lead = '  ';
  const body = layout.lineEnd + lead + indented(block(place, server), lead, layout).trimEnd();
  if (key === undefined) {
    const ended = text === '' || text.endsWith('\n') ? text : text + layout.lineEnd;
    return `${ended}${place.keyPath[0] ?? ''}:${body}${layout.lineEnd}`;
  }
  const colon = text.indexOf(':', key.range?.[1] ?? 0) + 1;
  const to = collection?.range?.[1] ?? colon;
  return applyEdits(text, [{ from: colon, to, text: body }]);
}

/** As YAML has it from its own first column; ends with a newline. */
function block({ isList }: ServersPlace, { name, entry }: NamedEntry): string {
  return stringify(isList ? [entry] : { [name]: entry }, { lineWidth: 0 });
}

/** The blanks in front of a server on its line. */
function ownLine(text: string, { name, from }: Item): string {
  const lead = indentAt(text, from);
  if (lead === undefined)
    throw unfit(text, from, `"${name}" shares its line with others, expected one of its own`);
  return lead;
}
