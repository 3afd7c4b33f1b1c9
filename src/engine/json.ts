/** An answer of an engine or an API server is what it is: these read it without believing it. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list of words; some engines give one word by itself. */
export function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return itemsOf(value).filter((item) => typeof item === 'string');
}
