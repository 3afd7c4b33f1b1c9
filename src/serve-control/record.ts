import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';
import { objectOf, parseJson } from '../lib/json-value.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import { ownerText, parseOwner, provablyDead, thisOwner, type Owner } from '../sandbox/owner.ts';

export interface Places {
  readonly env: Env;
  readonly host: Host;
}

/** How a `serve` at work is found: a file of its own, which only this user may read. */
export interface ServeRecord {
  readonly file: string;
  readonly owner: Owner;
  /** The folder of its socket, which only this user may enter. */
  readonly folder: string;
  /** Where it listens: a socket, or a named pipe. */
  readonly address: string;
  /** What whoever asks has to show: other users can see a named pipe. */
  readonly token: string;
}

const ending = '.json';

/** Below the home, so that every terminal and every client finds the same ones. */
function folderOf(places: Places): string {
  return places.host.path.join(foldersBelowHome(places).data, 'serving');
}

/** Throws what the system says. */
export function writeRecord(
  places: Places,
  { folder, address }: Pick<ServeRecord, 'folder' | 'address'>,
): ServeRecord {
  const owner = thisOwner(places.host);
  const token = randomBytes(32).toString('base64url');
  const file = path.join(folderOf(places), `${randomBytes(8).toString('hex')}${ending}`);
  writeOwnNow(file, `${JSON.stringify({ owner: ownerText(owner), folder, address, token })}\n`);
  return { file, owner, folder, address, token };
}

/** Of processes that may be alive. What a dead one has left is removed. */
export async function liveRecords(places: Places): Promise<readonly ServeRecord[]> {
  const records = filesIn(folderOf(places)).flatMap((file) => read(file) ?? []);
  const dead = await provablyDead(
    records.map(({ owner }) => owner),
    places.host,
  );
  for (const record of records) if (dead.has(record.owner)) forget(record);
  return records.filter(({ owner }) => !dead.has(owner));
}

/** Removes the record, and the socket's folder if nothing else is in it. */
export function forget({ file, folder, address }: ServeRecord): void {
  rmSync(file, { force: true });
  if (path.dirname(address) !== folder) return; // a named pipe is gone with its process
  try {
    rmSync(address, { force: true });
    rmdirSync(folder);
  } catch {
    // Another's by now, or gone.
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** Undefined for what nobody of ours has written, or somebody has just removed. */
function read(file: string): ServeRecord | undefined {
  try {
    const { owner, folder, address, token } = objectOf(parseJson(readFileSync(file, 'utf8')));
    const known = typeof owner === 'string' ? parseOwner(owner) : undefined;
    if (known === undefined || typeof folder !== 'string' || typeof address !== 'string') return undefined;
    return typeof token === 'string' ? { file, owner: known, folder, address, token } : undefined;
  } catch {
    return undefined;
  }
}
