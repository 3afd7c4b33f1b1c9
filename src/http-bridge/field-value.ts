/** Printable ASCII that no field parser trims. */
export function isPlain(text: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

/** MCP 2026-07-28, "Value encoding": whatever is no plain field value goes as Base64 in a marked form. */
export function fieldValue(text: string): string {
  const marked = text.startsWith('=?base64?') && text.endsWith('?=');
  return isPlain(text) && !marked ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
