import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { ConfigText, NamedEntry, ServersPlace } from './config-text.ts';
import { insertProperty, removeProperty } from './json-properties.ts';
import { applyEdits, indentAt, indented, layoutOf } from './layout.ts';
import { unfit } from './line-position.ts';

/** JSON, also with comments and trailing commas, whatever the client itself would accept. */
export const jsonText: ConfigText = {
  read: (text, place) => {
    const found = collectionOf(text, place);
    return new Map(propertiesOf(found).map(([name, value]) => [name, plain(value)]));
  },
  put,
  remove: (text, place, name) => {
    const collection = collectionOf(text, place);
    const property = collection?.children?.find((child) => keyOf(child) === name);
    if (collection === undefined || property === undefined) return text;
    return applyEdits(text, removeProperty(text, collection, property));
  },
};

function put(text: string, place: ServersPlace, { name, entry }: NamedEntry): string {
  const root = parse(text);
  if (root === undefined) return fresh(text, place, { name, entry });
  const { node, missing } = descend(text, root, [...place.keyPath, name]);
  const [key, ...deeper] = missing;
  const value = deeper.reduceRight<unknown>((inner, part) => ({ [part]: inner }), entry);
  if (key !== undefined) return applyEdits(text, insertProperty(text, node, { key, value }));
  const layout = layoutOf(text);
  const lead = indentAt(text, node.parent?.offset ?? node.offset) ?? '';
  const written = indented(JSON.stringify(entry, undefined, layout.step), lead, layout);
  return applyEdits(text, [{ from: node.offset, to: node.offset + node.length, text: written }]);
}

/** A file that is missing or empty; a byte order mark stays. */
function fresh(text: string, { keyPath }: ServersPlace, { name, entry }: NamedEntry): string {
  const value = [...keyPath, name].reduceRight<unknown>((inner, key) => ({ [key]: inner }), entry);
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return `${mark}${JSON.stringify(value, undefined, 2)}\n`;
}

function parse(text: string): Node | undefined {
  const errors: ParseError[] = [];
  // The mark is not JSON; a blank in its place keeps every offset.
  const body = text.replace(/^\uFEFF/, ' ');
  if (body.trim() === '') return undefined;
  refuseDeep(body);
  const root = parseTree(body, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) throw unfit(text, error.offset, words(printParseErrorCode(error.error)));
  if (root?.type !== 'object')
    throw unfit(text, root?.offset ?? 0, `expected an object, found ${article(root?.type)}`);
  return root;
}

/** Levels; the parser calls itself for each, and a stack is not that deep. No client writes a tenth of it. */
const maxDepth = 500;

function refuseDeep(text: string): void {
  const opening = /[[{]/g;
  let brackets = 0;
  while (brackets <= maxDepth && opening.exec(text) !== null) brackets++;
  if (brackets <= maxDepth) return;
  const scanner = createScanner(text);
  let depth = 0;
  for (let last = -1; last !== scanner.getPosition();) {
    last = scanner.getPosition();
    scanner.scan();
    const character = text[scanner.getTokenOffset()];
    if (character === '[' || character === '{') depth++;
    if (character === ']' || character === '}') depth--;
    if (depth > maxDepth)
      throw unfit(text, scanner.getTokenOffset(), `expected at most ${String(maxDepth)} levels, found more`);
  }
}

/** Follows the keys as far as they go. */
function descend(
  text: string,
  root: Node,
  keys: readonly string[],
): { readonly node: Node; readonly missing: readonly string[] } {
  let node = root;
  for (const [index, key] of keys.entries()) {
    const found = childOf(text, node, key);
    if (found === undefined) return { node, missing: keys.slice(index) };
    node = index < keys.length - 1 ? objectAt(text, found, key) : found;
  }
  return { node, missing: [] };
}

function objectAt(text: string, node: Node, key: string): Node {
  if (node.type === 'object') return node;
  throw unfit(text, node.offset, `expected an object as "${key}", found ${article(node.type)}`);
}

function childOf(text: string, object: Node, key: string): Node | undefined {
  const [found, again] = (object.children ?? []).filter((child) => keyOf(child) === key);
  if (again !== undefined) throw unfit(text, again.offset, `"${key}" is there a second time`);
  return found?.children?.[1];
}

function collectionOf(text: string, { keyPath }: ServersPlace): Node | undefined {
  const root = parse(text);
  if (root === undefined) return undefined;
  const { node, missing } = descend(text, root, keyPath);
  if (missing.length > 0) return undefined;
  return objectAt(text, node, keyPath.at(-1) ?? '');
}

function propertiesOf(object: Node | undefined): (readonly [string, Node])[] {
  return (object?.children ?? []).flatMap((child) => {
    const value = child.children?.[1];
    return value === undefined ? [] : [[keyOf(child), value] as const];
  });
}

function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

function plain(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plain);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(propertiesOf(node).map(([key, value]) => [key, plain(value)]));
}

function article(type: string | undefined): string {
  return type === undefined
    ? 'nothing'
    : type === 'null'
      ? 'null'
      : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** `ValueExpected` → `value expected`. */
function words(code: string): string {
  return code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
