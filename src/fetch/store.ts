import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../lib/make-folder.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { httpGet, isBrokenBody, withoutPassword } from '../lib/http.ts';
import { mirroredUrl } from '../upstream/mirror-file.ts';

/** A content hash: algorithm and lower-case hex. */
export interface ContentHash {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface Wanted {
  /** The public address; a mirror is found by the store itself. */
  readonly url: string;
  readonly hash: ContentHash;
  /** For messages. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

/** Files by content. A file is in the store only if its bytes had the hash when they were written. */
export class Store {
  readonly folder: string;
  readonly #env: Env;

  /** `env` names the mirrors (upstream/hosts.ts). */
  constructor(folder: string, env: Env = process.env) {
    this.folder = path.join(folder, 'content');
    this.#env = env;
  }

  pathOf({ algorithm, hex }: ContentHash): string {
    return path.join(this.folder, algorithm, hex.slice(0, 2), hex.slice(2));
  }

  /** Where a public address is fetched from here. */
  address(url: string, signal?: AbortSignal): Promise<string> {
    return mirroredUrl(url, { env: this.#env, signal });
  }

  /** The path of the file, fetched if it is not there or no longer has its hash. */
  async get(wanted: Wanted): Promise<string> {
    const file = this.pathOf(wanted.hash);
    if (await this.#holds(file, wanted.hash)) return file;
    const from = { ...wanted, url: await this.address(wanted.url, wanted.signal) };
    await untilWhole(from, () => this.#fetch(from, file));
    return file;
  }

  async #holds(file: string, hash: ContentHash): Promise<boolean> {
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return false;
    if (!found.isFile()) throw new McpcatError('io-failed', `expected a file of the store at ${file}`);
    if ((await hashOf(file, hash.algorithm)) === hash.hex) return true;
    await rm(file, { force: true });
    return false;
  }

  async #fetch({ url, hash, subject, signal }: Wanted, file: string): Promise<void> {
    const response = await httpGet(url, { subject, signal });
    if (response.body === null)
      throw new McpcatError(
        'upstream-unavailable',
        `${subject}: an empty answer from ${withoutPassword(url)}`,
      );
    await makeFolder(path.dirname(file));
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      const got = await receive(response.body, { temporary, hash, signal });
      if (got !== hash.hex) throw mismatch(subject, url, hash, got);
      await rename(temporary, file);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Begins a download that broke in the middle again, three times in all; says in our words why it failed. */
export async function untilWhole<T>(
  what: Pick<Wanted, 'url' | 'subject' | 'signal'>,
  download: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await download();
    } catch (error) {
      if (!isBrokenStream(error) || attempt === 3 || what.signal?.aborted === true) throw failed(error, what);
    }
  }
}

async function receive(
  body: ReadableStream<Uint8Array>,
  { temporary, hash, signal }: { temporary: string; hash: ContentHash; signal: AbortSignal | undefined },
): Promise<string> {
  const hasher = createHash(hash.algorithm);
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hasher.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(body),
    tap,
    createWriteStream(temporary),
    signal === undefined ? {} : { signal },
  );
  return hasher.digest('hex');
}

async function hashOf(file: string, algorithm: string): Promise<string> {
  const hasher = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hasher.update(chunk as Buffer);
  return hasher.digest('hex');
}

function mismatch(subject: string, url: string, hash: ContentHash, got: string): McpcatError {
  return new McpcatError(
    'integrity-mismatch',
    `${subject}: expected ${hash.algorithm} ${hash.hex.slice(0, 16)}…, got ${got.slice(0, 16)}… from ${withoutPassword(url)}`,
    { hint: 'nothing was kept; if upstream really replaced the file, look why before you run mcpcat update' },
  );
}

function isBrokenStream(error: unknown): boolean {
  if (error instanceof McpcatError) return isBrokenBody(error);
  return codeOf(error) !== 'ENOSPC' && !isOurDisk(error);
}

/** Only errors of the file system have a path. */
function isOurDisk(error: unknown): error is Error {
  return error instanceof Error && 'path' in error;
}

function failed(error: unknown, { subject, url, signal }: Omit<Wanted, 'hash'>): McpcatError {
  if (error instanceof McpcatError) return error;
  if (codeOf(error) === 'ENOSPC')
    return new McpcatError('disk-full', `${subject}: no space left for the download`, {
      hint: "make room on the disk of mcpcat's cache folder, or choose another with XDG_CACHE_HOME",
      cause: error,
    });
  if (isOurDisk(error))
    return new McpcatError('io-failed', `${subject}: can't keep the download (${error.message})`, {
      cause: error,
    });
  if (signal?.aborted === true) return new McpcatError('cancelled', `${subject}: cancelled`);
  return new McpcatError(
    'upstream-unavailable',
    `${subject}: the download of ${withoutPassword(url)} broke (${messageOf(error)})`,
    { cause: error },
  );
}

/** `sha512-<base64>` (an SRI string with one hash) as a content hash. */
export function hashOfIntegrity(integrity: string): ContentHash {
  return {
    algorithm: 'sha512',
    hex: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'),
  };
}
