import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { binaryFile } from '../../src/process1/binary.ts';
import { initSourcesId } from '../../src/process1/sources.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** A cache that has process 1 of the fake engine's machine, as `mcpcat base build` would have made it. */
export async function cacheWithProcess1(t: TestContext): Promise<string> {
  const cache = temporaryFolder(t);
  const file = binaryFile(cache, { arch: 'amd64', sources: await initSourcesId() });
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'process 1');
  return cache;
}
