import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

export const pauseImage = 'mcpcat.test/pause:1';

/** An image of one static program, as a `docker save` archive. */
export async function writePauseImage(program: string, file: string): Promise<void> {
  const layer = await tar({ pause: await readFile(program) });
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [pauseImage], Layers: ['layer.tar'] }];
  const files = {
    'manifest.json': Buffer.from(JSON.stringify(manifest)),
    'config.json': Buffer.from(JSON.stringify(config)),
    'layer.tar': layer,
  };
  await writeFile(file, await tar(files));
}

async function tar(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o755 }, content);
  archive.finalize();
  return buffer(archive);
}
