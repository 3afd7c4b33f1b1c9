import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { z } from 'zod';
import type { DebEntry } from '../debian/deb/deb-entry.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import { contextStream, type StreamedFile } from './context-stream.ts';
import { filesOfTar } from './files-of-tar.ts';

export interface BuiltFilesRequest {
  readonly engine: Pick<Engine, 'buildImage' | 'saveImage' | 'removeImage'>;
  /** A context whose last stage is `FROM scratch` and one COPY. */
  readonly context: readonly StreamedFile[];
  /** For messages and names. */
  readonly subject: string;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const SaveManifest = z.tuple([z.object({ Layers: z.tuple([z.string()]) })]);

/**
 * Runs a build in the engine, without network, and answers with the plain files that it made; the image is gone
 * afterwards. Programs of a base run only so, never on the host.
 */
export async function builtFiles(request: BuiltFilesRequest): Promise<DebEntry[]> {
  const { engine, context, subject, onOutput, signal } = request;
  const tag = `mcpcat/made-${subject}:${randomUUID().slice(0, 8)}`;
  await engine.buildImage(contextStream(context), {
    tag,
    labels: { [label.base]: subject },
    onOutput,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await filesOf(await engine.saveImage(tag), subject);
  } finally {
    await engine.removeImage(tag, { force: true });
  }
}

async function filesOf(archive: Readable, subject: string): Promise<DebEntry[]> {
  const parts = new Map<string, Buffer>();
  for await (const item of archive.pipe(tar.extract())) parts.set(item.header.name, await buffer(item));
  const manifest = SaveManifest.safeParse(JSON.parse(parts.get('manifest.json')?.toString() ?? 'null'));
  const layer = manifest.success ? parts.get(manifest.data[0].Layers[0]) : undefined;
  if (layer === undefined) throw new McpcatError('base-failed', `${subject}: expected an image of one layer`);
  return filesOfTar(layer[0] === 0x1f && layer[1] === 0x8b ? gunzipSync(layer) : layer);
}
