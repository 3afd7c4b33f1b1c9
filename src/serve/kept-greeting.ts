import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileState } from '../lib/file-state.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../lib/json-value.ts';

/** The words and variables that a `serve` was started with, as far as they decide which files it reads. */
export interface StartedAs {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether a setting is in the environment: its value is never kept. */
export type GivenAs = 'absent' | 'empty' | 'given';

/** The first requests of clients that ask what a server is, in either protocol revision. */
export type GreetingMethod = 'initialize' | 'server/discover';

/** What clients were answered to their first request, and everything that it was made of. */
export interface KeptGreeting {
  /** Of the code that made it. */
  readonly version: string;
  readonly key: string;
  /** `givenAs` of each that a server has. */
  readonly settings: Readonly<Record<string, string>>;
  /** `fileState` of each file that was read, or looked for: empty for one that is not there. */
  readonly files: Readonly<Record<string, string>>;
  /** By method; without one where nobody has asked so. */
  readonly results: Readonly<Record<string, JsonObject>>;
}

export function isGreeting(method: string): method is GreetingMethod {
  return method === 'initialize' || method === 'server/discover';
}

export const greetingFiles = /^greeting-[0-9a-f]{8}\.json$/;

/** Nothing secret is in them. */
const placeNames = [
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'XDG_DATA_HOME',
  'MCPCAT_CATALOG',
];

/** Two of the same key read the same files. */
export function greetingKey({ argv, env }: StartedAs): string {
  const isNamed = argv.some((word) => word.startsWith('--catalog')) || Boolean(env['MCPCAT_CATALOG']);
  // Only a catalog that was named may be named from here.
  return JSON.stringify([argv, placeNames.map((name) => env[name]), isNamed ? process.cwd() : '']);
}

/** What lies there is believed by its key: two that get one name only take it from each other. */
export function greetingFile(folder: string, key: string): string {
  return path.join(folder, `greeting-${fnv1a(key)}.json`);
}

export function givenAs(value: string | undefined): GivenAs {
  if (value === undefined) return 'absent';
  return value === '' ? 'empty' : 'given';
}

/** Where the greeting of a `serve` that is started so is kept. */
export interface GreetingPlace {
  readonly folder: string;
  readonly version: string;
  readonly startedAs: StartedAs;
  /** A file of another user is not believed. */
  readonly owns: (facts: { readonly uid: number }) => boolean;
}

/** Undefined unless everything that it was made of is as it was. Nothing of it throws. */
export function findGreeting({ folder, version, startedAs, owns }: GreetingPlace): KeptGreeting | undefined {
  try {
    const key = greetingKey(startedAs);
    const kept = readGreeting(greetingFile(folder, key), owns);
    if (kept?.version !== version || kept.key !== key) return undefined;
    const isSame =
      Object.entries(kept.settings).every(([name, given]) => givenAs(startedAs.env[name]) === given) &&
      Object.entries(kept.files).every(([file, state]) => (fileState(file) ?? '') === state);
    return isSame ? kept : undefined;
  } catch {
    return undefined;
  }
}

function readGreeting(file: string, owns: GreetingPlace['owns']): KeptGreeting | undefined {
  const descriptor = openSync(file, 'r');
  try {
    if (!owns(fstatSync(descriptor))) return undefined;
    return greetingOf(parseJson(readFileSync(descriptor, 'utf8')));
  } finally {
    closeSync(descriptor);
  }
}

function greetingOf(value: JsonValue): KeptGreeting | undefined {
  if (!isJsonObject(value)) return undefined;
  const { version, key, settings, files, results } = value;
  if (typeof version !== 'string' || typeof key !== 'string') return undefined;
  if (!isTexts(settings) || !isTexts(files) || !isObjects(results)) return undefined;
  return { version, key, settings, files, results };
}

function isTexts(value: JsonValue | undefined): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isObjects(value: JsonValue | undefined): value is Readonly<Record<string, JsonObject>> {
  return isJsonObject(value) && Object.values(value).every((one) => isJsonObject(one));
}

/** FNV-1a, 32 bits, in hex: a name, no proof. node:crypto takes longer to load than all of this takes. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
