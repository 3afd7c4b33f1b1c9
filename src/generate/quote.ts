import { McpcatError } from '../lib/errors.ts';

/*
 * The only door from an entry's text into Dockerfile syntax (docs.docker.com/reference/dockerfile). The parser works
 * on lines, so a line break in a value would begin a new instruction; `$` expands in ENV, LABEL, COPY and WORKDIR.
 */

/** C0 and C1 controls, line and paragraph separators, and the characters that reorder text. */
const controls = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** Words in the exec form, which no shell and no expansion touches: `["node", "/app/x.js"]`. */
export function execForm(words: readonly string[]): string {
  for (const word of words) refuseControls(word);
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

/** A value in double quotes for ENV and LABEL. */
export function quoted(value: string): string {
  refuseControls(value);
  return `"${value.replaceAll(/[\\"$]/g, (character) => `\\${character}`)}"`;
}

/** Text for a label that people read: white space is made plain, anything stranger is refused. */
export function labelText(value: string): string {
  return quoted(value.replaceAll(/\s+/g, ' ').trim());
}

/** An image reference after FROM. */
export function imageReference(reference: string): string {
  if (/^[a-z0-9][A-Za-z0-9._:/@-]*$/.test(reference)) return reference;
  throw new McpcatError('entry-refused', `expected an image reference, found ${JSON.stringify(reference)}`);
}

/** A path below a folder of ours: no way up, no odd characters. */
export function plainPath(path: string): string {
  const plain = /^[A-Za-z0-9@_+~.-]+(\/[A-Za-z0-9@_+~.-]+)*$/.test(path) && !path.split('/').includes('..');
  if (plain) return path;
  throw new McpcatError('entry-refused', `expected a plain path, found ${JSON.stringify(path)}`);
}

function refuseControls(value: string): void {
  const found = controls.exec(value);
  if (found === null) return;
  const code = found[0].codePointAt(0)?.toString(16).padStart(4, '0') ?? '';
  throw new McpcatError(
    'entry-refused',
    `expected text of one line, found the control character U+${code} in ${JSON.stringify(value.slice(0, 60))}`,
  );
}
