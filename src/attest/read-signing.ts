import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Signing } from './signer-policy.ts';

/** The file of a catalog's folder that names its signer. */
export const signingFile = 'signing.json';

/**
 * Who signs the images of a catalog's folder; undefined if nobody does. Without schema,
 * which a launch would wait for. Throws `entry-invalid` for a file that says it in any other way.
 */
export function readSigning(folder: string): Signing | undefined {
  const file = path.join(folder, signingFile);
  try {
    // Most catalogs have none, and there an exception would cost more than to ask.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    return signingOfText(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof McpcatError ? error : unreadable(file, error);
  }
}

/** The same of a text; `file` is where it is from. */
export function signingOfText(text: string, file: string): Signing {
  try {
    return signingIn(JSON.parse(text));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): McpcatError {
  const message = `${file}: expected { "identity", "issuer" } or { "publicKey" }, found something else`;
  return new McpcatError('entry-invalid', message, { cause });
}

function signingIn(value: unknown): Signing {
  const keys = Object.keys(typeof value === 'object' ? (value ?? {}) : {})
    .toSorted()
    .join();
  const at = (key: string): string => {
    const text: unknown = Reflect.get(Object(value), key);
    if (typeof text === 'string' && text !== '') return text;
    throw new Error(`expected a text as ${key}`);
  };
  if (keys === 'publicKey') return { publicKey: at('publicKey') };
  if (keys === 'identity,issuer') return { identity: at('identity'), issuer: at('issuer') };
  throw new Error(`expected other keys, found ${keys}`);
}
