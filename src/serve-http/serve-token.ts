import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';
import { isNothingThere } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { makeFolderNow } from '../lib/make-folder.ts';

interface Places {
  readonly env: Env;
  readonly host: Host;
}

export interface ServeToken {
  readonly token: string;
  readonly file: string;
  /** Whether nobody has seen it yet: then it is shown, this once. */
  readonly isNew: boolean;
}

/**
 * The token that clients show over HTTP, the same from start to start. Made at the first one, for this user alone to
 * read. Throws `io-failed` if others may read it, or it is none.
 */
export function serveToken(places: Places): ServeToken {
  const file = places.host.path.join(foldersBelowHome(places).data, 'serve-token');
  const token = read(file, places.host);
  return token === undefined ? make(file, places.host) : { token, file, isNew: false };
}

/**
 * The token in a file that somebody else has put there, such as a mounted secret: not everybody may read it, but its
 * owner may be another and a group may read it, as where a cluster mounts one. Throws `io-failed`.
 */
export function givenToken(file: string, host: Host): ServeToken {
  const hint = 'expected a file of one line with the token, which not everybody may read';
  const token = reading(file, hint, () => {
    if (host.system !== 'windows' && (statSync(file).mode & 0o007) !== 0)
      throw unusable(file, 'everybody may read it', hint);
    return tokenIn(file, hint);
  });
  if (token !== undefined) return { token, file, isNew: false };
  throw unusable(file, 'there is no such file', hint);
}

function read(file: string, host: Host): string | undefined {
  return reading(file, madeAgain, () => {
    const facts = statSync(file);
    if (host.system !== 'windows' && ((facts.mode & 0o077) !== 0 || !host.owns(facts)))
      throw unusable(file, 'others may read it, or it is not yours', madeAgain);
    return tokenIn(file, madeAgain);
  });
}

function tokenIn(file: string, hint: string): string {
  const text = readFileSync(file, 'utf8').trim();
  if (/^[A-Za-z0-9_-]{32,200}$/.test(text)) return text;
  throw unusable(file, 'expected a token of at least 32 letters and digits, found something else', hint);
}

/** Undefined if there is no such file. */
function reading(file: string, hint: string, work: () => string): string | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    if (isNothingThere(error)) return undefined;
    throw unusable(file, messageOf(error), hint);
  }
}

function make(file: string, host: Host): ServeToken {
  const token = randomBytes(32).toString('base64url');
  try {
    makeFolderNow(host.path.dirname(file), 0o700);
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    throw new McpcatError('io-failed', `can't write the token for HTTP: ${file} (${messageOf(error)})`, {
      cause: error,
    });
  }
  return { token, file, isNew: true };
}

/** Hint for the one that we keep. */
const madeAgain = 'remove it, and the next start makes a new one';

function unusable(file: string, problem: string, hint: string): McpcatError {
  return new McpcatError('io-failed', `can't use the token for HTTP: ${file}: ${problem}`, { hint });
}
