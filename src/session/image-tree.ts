import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Engine } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { ownerText, thisOwner } from '../sandbox/owner.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { settingsOf } from '../sandbox/settings.ts';

const name = 'mcpcat-tree';
/** The least there is: nothing of it ever runs. */
const nothing: Sandbox = {
  name,
  env: {},
  secrets: {},
  args: [],
  mounts: [],
  written: [],
  user: '65532:65532',
  writable: [],
  memoryBytes: 64 * 1024 ** 2,
  cpus: 1,
  pids: 16,
  shmBytes: undefined,
  network: [],
  readsResolvConf: false,
};

/** Writes all files of an image as one tar, whatever layers it has: through a container that is never started. */
export async function writeImageTree(
  engine: Pick<Engine, 'createContainer' | 'copyOut' | 'removeContainer'>,
  { image, tar }: { readonly image: string; readonly tar: string },
): Promise<void> {
  const labels = { [label.server]: name, [label.role]: 'test', [label.owner]: ownerText(thisOwner()) };
  const settings = settingsOf(nothing, { image, labels, autoRemove: false });
  const id = await engine.createContainer({ ...settings, entrypoint: ['/nothing'] });
  try {
    await pipeline(await engine.copyOut(id, '/'), createWriteStream(tar));
  } finally {
    await engine.removeContainer(id);
  }
}
