import type { NamedEntry, ServersPlace } from './config-text.ts';

/** A server as tables of TOML 1.0: its own values first, then an object of it as a sub-table each. */
export function tableText({ keyPath, isList }: ServersPlace, { name, entry }: NamedEntry): string {
  const keys = isList ? keyPath : [...keyPath, name];
  const header = keys.map(keyText).join('.');
  const own = Object.entries(entry).filter(([, value]) => !isTable(value));
  const tables = Object.entries(entry).flatMap(([key, value]) =>
    isTable(value) ? [[key, value] as const] : [],
  );
  return [
    block(isList ? `[[${header}]]` : `[${header}]`, own),
    ...tables.map(([key, value]) => block(`[${header}.${keyText(key)}]`, Object.entries(value))),
  ].join('\n');
}

function block(header: string, values: readonly (readonly [string, unknown])[]): string {
  return [header, ...values.map(([key, value]) => `${keyText(key)} = ${valueText(value)}`), ''].join('\n');
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bare, or in quotes. */
export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

/** On one line; throws a bug for what TOML has not. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${keyText(key)} = ${valueText(inner)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  throw new Error(`Internal error: TOML has no ${String(value)}`);
}

/** A basic string: JSON's escapes are TOML's, but DEL is left bare by JSON and refused by TOML. */
function stringText(value: string): string {
  return JSON.stringify(value).replaceAll('\u007F', String.raw`\u007F`);
}
