import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { Engine, Labels } from '../../src/engine/engine.ts';

export interface Build {
  /** Lines. */
  readonly dockerfile: readonly string[];
  /** What else its context holds, below `files/`; all of it may be run. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly labels?: Labels;
}

/** Builds an image from a few lines and files. */
export async function buildImage(
  engine: Pick<Engine, 'buildImage'>,
  tag: string,
  { dockerfile, files = {}, labels = {} }: Build,
): Promise<void> {
  const pack = tar.pack();
  const context = buffer(pack);
  pack.entry({ name: 'Dockerfile' }, `${dockerfile.join('\n')}\n`);
  for (const [name, content] of Object.entries(files))
    pack.entry({ name: `files/${name}`, mode: 0o755 }, content);
  pack.finalize();
  await engine.buildImage(Readable.from([await context]), { tag, labels, onOutput: () => undefined });
}
