import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine, VolumeFacts } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { removeVolumes } from '../../src/process1/older-volumes.ts';

/**
 * Volumes with our process 1, which every start leaves for the next one. Returns what removes those that came since:
 * after the tests the engine has what it had before. Where no engine answers yet there were none.
 */
export async function process1Volumes(): Promise<() => Promise<void>> {
  const earlier = new Set((await volumesOf(await engineNow())).map(({ name }) => name));
  return async () => {
    const engine = await engineNow();
    const made = (await volumesOf(engine)).filter(({ name }) => !earlier.has(name));
    if (engine !== undefined) await removeVolumes(engine, made);
  };
}

async function engineNow(): Promise<Engine | undefined> {
  return connectEngine({ env: process.env }).catch(() => undefined);
}

async function volumesOf(engine: Engine | undefined): Promise<readonly VolumeFacts[]> {
  const listed = engine?.listVolumes({ [label.role]: 'process-1' }, { sizes: 'left-out' });
  return (await listed?.catch(() => undefined)) ?? [];
}
