import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { McpcatError } from '../lib/errors.ts';
import { randomId } from '../lib/random-id.ts';
import type { InitBinary } from './binary.ts';
import { withIdleContainer } from './idle-container.ts';
import { onlyFile } from './only-file.ts';
import { initFolder, initName, volumeMount, type OwnRequest } from './process1.ts';

/** No server's state can have this name: those begin with `mcpcat-`. */
export function volumeOf({ arch, sha256 }: InitBinary): string {
  return `mcpcat_init_${arch}_${sha256.slice(0, 32)}`;
}

export function isVolumeName(name: string): boolean {
  return /^mcpcat_init_(amd64|arm64)_[0-9a-f]{32}$/.test(name);
}

interface Filled {
  /** A container that has the volume. */
  readonly id: string;
  readonly folder: string;
  /** Any that is on the engine. */
  readonly image: string;
  readonly binary: InitBinary;
}

/**
 * Reads back what is in the volume, and puts process 1 there if it is anything else: nothing yet, or half of it. Throws
 * `container-differs` if it is still something else then.
 */
export async function fill(request: OwnRequest, { id, folder, image, binary }: Filled): Promise<void> {
  const { engine, labels } = request;
  const holds = async (): Promise<boolean> =>
    (await contentHash(request, `${folder}/${initName}`, id)) === binary.sha256;
  if (await holds()) return;
  const own = initFolder(randomId());
  const mount = { ...volumeMount(volumeOf(binary), own), readOnly: false };
  const packed = await packedInit(binary);
  await withIdleContainer(engine, { image, mounts: [mount], labels }, (helper) =>
    engine.copyIn(helper, own, Readable.from([packed])),
  );
  if (await holds()) return;
  throw new McpcatError(
    'container-differs',
    `mcpcat's process 1 in the volume ${volumeOf(binary)} of this engine is not what was put there`,
    { hint: `docker volume rm ${volumeOf(binary)}, then start again` },
  );
}

/** Undefined if there is no such file. */
async function contentHash({ engine }: OwnRequest, file: string, id: string): Promise<string | undefined> {
  try {
    const content = await onlyFile(await engine.copyOut(id, file));
    return content === undefined ? undefined : createHash('sha256').update(content).digest('hex');
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'engine-failed') return undefined;
    throw error;
  }
}

function packedInit({ bytes }: InitBinary): Promise<Buffer> {
  const pack = tar.pack();
  const packed = buffer(pack);
  pack.entry({ name: initName, mode: 0o555, uid: 0, gid: 0, mtime: new Date(0) }, bytes);
  pack.finalize();
  return packed;
}
