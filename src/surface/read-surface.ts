import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { parseJson, type JsonValue } from '../lib/json-value.ts';
import { described, JsonFault, placeOf, readJson, type Json } from '../settings/json.ts';
import { isSurface, type Fault } from './surface-faults.ts';
import { maxSurfaceBytes, maxSurfaceDepth, surfaceText } from './surface-text.ts';
import type { Surface } from './surface.ts';

export function surfaceFile(folder: string): string {
  return path.join(folder, 'surface.json');
}

/** Of an entry's folder; undefined if none was recorded. Throws as `readSurface`, and `io-failed`. */
export async function readSurfaceFile(folder: string): Promise<Surface | undefined> {
  const bytes = surfaceBytesIn(folder);
  return bytes === undefined ? undefined : readSurface(bytes.toString('utf8'), surfaceFile(folder));
}

/**
 * As it is in the folder, not parsed; undefined if there is none. At once: of twenty small files that a client waits for,
 * threads would take longer. Throws `io-failed`, and `entry-invalid` for too much.
 */
export function surfaceBytesIn(folder: string): Buffer | undefined {
  const file = surfaceFile(folder);
  try {
    const facts = statSync(file, { throwIfNoEntry: false });
    if (facts === undefined) return undefined;
    checkSize(facts.size, file);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('io-failed', `can't read ${file}`, { cause: error });
  }
}

/**
 * The surface that a text holds; `source` is where it is from, for messages. Models read what stands in it, so whatever
 * is not exactly as `surfaceText` writes it is refused: `entry-invalid`, with line and column of the first difference.
 */
export function readSurface(text: string, source: string): Surface {
  const surface = parseSurface(text, source);
  const written = writtenAnew(surface);
  if (written === text) return surface;
  throw refused(source, [differenceIn(text, written)]);
}

/** The same for a text whose hash says that it is one of ours: it is not written anew to be compared. */
export function parseSurface(text: string, source: string): Surface {
  checkSize(text.length, source);
  const value = parsed(text, source);
  const faults: Fault[] = [];
  if (isSurface(value, faults)) return value;
  throw refused(source, placed(text, faults));
}

/** Nothing for one so deep that it can't be written. */
function writtenAnew(surface: Surface): string {
  try {
    return surfaceText(surface);
  } catch (error) {
    if (error instanceof RangeError) return '';
    throw error;
  }
}

function checkSize(bytes: number, source: string): void {
  if (bytes <= maxSurfaceBytes) return;
  throw refused(source, [`1:1: expected up to ${String(maxSurfaceBytes)} bytes, found ${String(bytes)}`]);
}

function parsed(text: string, source: string): JsonValue {
  try {
    // The quick reader first: a server's surface may have 100 kB, and twenty are read before the first answer.
    return parseJson(text);
  } catch (error) {
    throw refused(source, [faultIn(text) ?? String(error)]);
  }
}

/** What the slow reader, which knows places and keys that stand twice, does not take. */
function faultIn(text: string): string | undefined {
  try {
    readJson(text, { deepest: maxSurfaceDepth });
    return undefined;
  } catch (error) {
    if (error instanceof JsonFault) return `${placeOf(text, error.at)}: ${error.message}`;
    throw error;
  }
}

function placed(text: string, faults: readonly Fault[]): readonly string[] {
  const twice = faultIn(text);
  if (twice !== undefined) return [twice];
  const root = readJson(text, { deepest: maxSurfaceDepth });
  return faults.map(({ path: at, message }) => {
    const found = valueAt(root, at);
    const where = at.length === 0 ? '' : `${at.map(String).join('.')}: `;
    return `${placeOf(text, found.at)}: ${where}${message}, found ${described(found)}`;
  });
}

/** The value there, or the last on the way to it. */
function valueAt(value: Json, [step, ...rest]: Fault['path']): Json {
  if (step === undefined) return value;
  const next =
    value.kind === 'object'
      ? value.members.get(String(step))?.value
      : value.kind === 'array'
        ? value.items[Number(step)]
        : undefined;
  return next === undefined ? value : valueAt(next, rest);
}

function differenceIn(text: string, written: string): string {
  const twice = faultIn(text);
  if (twice !== undefined) return twice;
  let at = 0;
  while (text[at] === written[at]) at++;
  return `${placeOf(text, at)}: expected the form in which it was recorded, found another order, spelling or spacing`;
}

function refused(source: string, [first, ...more]: readonly string[]): McpcatError {
  return new McpcatError('entry-invalid', `${source}:${first ?? ''}`, {
    detail: more.slice(0, maxDetails).map((line) => `${source}:${line}`),
    hint: 'bring back the reviewed file, or remove it and record it anew',
  });
}

const maxDetails = 20;
