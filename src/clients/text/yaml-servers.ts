import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { ServersPlace } from './config-text.ts';
import { unfit } from './line-position.ts';

/** One server of the file, with the text it takes: from its key or its dash to the end of its value. */
export interface Item {
  readonly name: string;
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

/** What a YAML file says of its servers. */
export interface Servers {
  readonly items: readonly Item[];
  /** The key that they stand under; undefined if there is none yet. */
  readonly key: Scalar | undefined;
  /** Undefined if nothing stands under the key. */
  readonly collection: YAMLMap | YAMLSeq | undefined;
}

export function serversOf(text: string, place: ServersPlace): Servers {
  const document = parse(text);
  const [wanted = '', ...deeper] = place.keyPath;
  // `yamlText` writes under a key at the top alone: with more of them it would write into another place than is meant.
  if (deeper.length > 0) throw new Error(`Internal error: YAML below ${place.keyPath.join('.')}`);
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const pair = pairs.find(({ key }) => isScalar(key) && key.value === wanted);
  const key = isScalar(pair?.key) ? pair.key : undefined;
  const value: unknown = pair?.value;
  if (isEmpty(value)) return { items: [], key, collection: undefined };
  if (isMap(value) && !place.isList)
    return { items: value.items.flatMap((item) => keyed(text, item)), key, collection: value };
  if (isSeq(value) && place.isList)
    return { items: value.items.flatMap((item) => listed(text, item)), key, collection: value };
  throw unfit(
    text,
    startOf(value),
    `expected ${place.isList ? 'a list' : 'a map'} of servers as "${wanted}"`,
  );
}

function parse(text: string): Document.Parsed {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw unfit(text, error.pos[0], `not YAML: ${error.message}`);
  if (!isMap(document.contents) && !isEmpty(document.contents))
    throw unfit(text, startOf(document.contents), 'expected a map at the top');
  return document;
}

function keyed(text: string, { key, value }: { key: unknown; value: unknown }): Item[] {
  if (!isScalar(key)) return [];
  const from = startOf(key);
  return [{ name: String(key.value), value: plain(value), from, to: endOf(text, value ?? key) }];
}

function listed(text: string, item: unknown): Item[] {
  const value = plain(item);
  const name =
    typeof value === 'object' && value !== null ? (Reflect.get(value, 'name') as unknown) : undefined;
  if (typeof name !== 'string') return [];
  const from = text.lastIndexOf('-', startOf(item));
  return [{ name, value, from, to: endOf(text, item) }];
}

function isEmpty(node: unknown): boolean {
  return (
    node === undefined || node === null || (isScalar(node) && (node.value === null || node.value === ''))
  );
}

function plain(node: unknown): unknown {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.toJSON() : undefined;
}

function startOf(node: unknown): number {
  return (node as ParsedNode | null | undefined)?.range?.[0] ?? 0;
}

/** Behind the last character of a value; a block's own range runs on over empty lines and comments. */
function endOf(text: string, node: unknown): number {
  const last =
    isMap(node) && !node.flow ? node.items.at(-1) : isSeq(node) && !node.flow ? node.items.at(-1) : undefined;
  if (last !== undefined) {
    const pair = last as { key?: unknown; value?: unknown };
    return isMap(node) ? endOf(text, pair.value ?? pair.key) : endOf(text, last);
  }
  const end = (node as ParsedNode | null | undefined)?.range?.[1] ?? 0;
  return text.slice(0, end).trimEnd().length;
}
