import { hash } from 'node:crypto';
import path from 'node:path';
import { proofFile, quickSurfaceSha256 } from '../catalog/quick-proof.ts';
import { once } from '../host/once.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Remembered } from '../lib/remembered.ts';
import { lateSurface, surfaceHead } from '../surface/quick-surface.ts';
import { parseSurface, surfaceBytesIn, surfaceFile } from '../surface/read-surface.ts';
import type { Surface } from '../surface/surface.ts';

/** What is known of a surface whose files are as they were. */
export interface KnownSurface {
  readonly sha256: string;
  /** Without lists. */
  readonly head: Surface;
}

export interface ProvedRequest {
  readonly say: (line: string) => void;
  /** What is known of the files beside each other; they are read where there is none. */
  readonly remembered?: Remembered<KnownSurface> | undefined;
}

/**
 * The surface in an entry's folder, if its proof has seen one. Throws `entry-invalid` for another one than that. Its lists
 * are read late; what is wrong with them is said, then, and there are none.
 */
export function provedSurface(folder: string, { say, remembered }: ProvedRequest): Surface | undefined {
  const files = [surfaceFile(folder), proofFile(folder)];
  const memory = remembered?.of(path.basename(folder), files);
  const onFault = (error: unknown): void => say(messageOf(error));
  const { known } = memory ?? {};
  if (known !== undefined) {
    const { head, sha256 } = known;
    const read = once(() => unchanged(folder, known));
    hold(read);
    return lateSurface(head, { sha256, whole: () => wholeOf(read(), folder), onFault });
  }
  const found = provedBytes(folder);
  if (found === undefined) return undefined;
  const head = surfaceHead(found.bytes);
  if (head === undefined) return wholeOf(found, folder);
  const { sha256 } = found;
  memory?.keep({ sha256, head });
  return lateSurface(head, { sha256, whole: () => wholeOf(found, folder), onFault });
}

/** Milliseconds after which it is read although nobody has asked: the client's first answers come before. */
const soonMs = 3000;

/** The catalog may be another one when a list is wanted, hours later. */
function hold(read: () => Proved): void {
  setTimeout(() => {
    try {
      read();
    } catch {
      // Said when it is asked for.
    }
  }, soonMs).unref();
}

interface Proved {
  readonly bytes: Buffer;
  readonly sha256: string;
}

function provedBytes(folder: string): Proved | undefined {
  const bytes = surfaceBytesIn(folder);
  const expected = quickSurfaceSha256(folder);
  if (bytes === undefined || expected === undefined) return undefined;
  const sha256 = hash('sha256', bytes);
  if (sha256 === expected) return { bytes, sha256 };
  throw new McpcatError(
    'entry-invalid',
    `${surfaceFile(folder)}: expected sha256 ${expected}, as its proof has seen it, found ${sha256}`,
    { hint: 'bring back the reviewed file, or prove it anew: mcpcat test' },
  );
}

/** What a client was greeted with is of the same surface as its lists. */
function unchanged(folder: string, { sha256 }: KnownSurface): Proved {
  const found = provedBytes(folder);
  if (found?.sha256 === sha256) return found;
  throw new McpcatError(
    'entry-invalid',
    `${surfaceFile(folder)}: expected sha256 ${sha256}, as when mcpcat serve began, found another`,
    { hint: 'start mcpcat serve anew' },
  );
}

function wholeOf({ bytes }: Proved, folder: string): Surface {
  return parseSurface(bytes.toString('utf8'), surfaceFile(folder));
}
