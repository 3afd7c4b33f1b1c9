import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { thisHost } from '../host/this-host.ts';
import { digest } from '../lib/digest.ts';
import { keepNow } from '../lib/write-now.ts';
import type { ImageStart } from './process1.ts';
import { initSourcesId } from './sources.ts';

/** What a start has found out, for the next one of the same image on the same engine. */
export interface Note {
  readonly volume: string;
  /** When the engine made it, as it says: another volume of the name has another content. */
  readonly volumeCreated: string | undefined;
  readonly imageId: string;
  readonly image: ImageStart;
}

interface About {
  /** Its endpoint. */
  readonly engine: string;
  /** As it is asked for. */
  readonly image: string;
}

interface Persisted extends About {
  /** Of process 1: another version has another volume. */
  readonly sources: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly note: Note;
}

/** Milliseconds: so often at least, what is in the volume is read back and compared. */
const maxAgeMs = 24 * 3600 * 1000;

export interface FoundNote extends Note {
  forget(): void;
}

/** Undefined if there is none, or it is old, of another version, or another user's. */
export async function readNote(cache: string, about: About): Promise<FoundNote | undefined> {
  const file = fileOf(cache, about);
  try {
    if (!thisHost().owns(statSync(file))) return undefined;
    // Written by us, by rename: whole.
    const { sources, at, engine, image, note } = JSON.parse(readFileSync(file, 'utf8')) as Persisted;
    const age = Date.now() - at;
    if (engine !== about.engine || image !== about.image || age < 0 || age > maxAgeMs) return undefined;
    if (sources !== (await initSourcesId())) return undefined;
    return { ...note, forget: () => rmSync(file, { force: true }) };
  } catch {
    return undefined;
  }
}

/** What can't be kept is found out again. */
export async function writeNote(cache: string, about: About, note: Note): Promise<void> {
  const kept: Persisted = { ...about, sources: await initSourcesId(), at: Date.now(), note };
  keepNow(fileOf(cache, about), kept);
}

function fileOf(cache: string, { engine, image }: About): string {
  return path.join(cache, 'starts', `${digest(`${engine}\n${image}`)}.json`);
}
