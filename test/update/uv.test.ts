import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { zipSync } from 'fflate';
import { Store } from '../../src/fetch/store.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { compileRequirements } from '../../src/update/uv.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

async function untilThere(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(5);
}

test('a lock that its user ends is ended: it is not that no wheels are found', async (t) => {
  const wheel = zipSync({
    'uv.data/scripts/uv': Buffer.from('#!/bin/sh\necho > "$(dirname "$0")/started"\nexec sleep 600\n'),
  });
  const { url } = await loopback(t, (_, response) => response.end(wheel));
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const files = { [thisHost().platform]: { url: `${url}/uv.whl`, sha256 } };
  const templates = temporaryFolder(t, { 'tools/uv.json': JSON.stringify({ version: '1', files }) });
  const [folder, cache] = [temporaryFolder(t), temporaryFolder(t)];
  const ended = new AbortController();
  const request = { templates, folder, env: {}, store: new Store(cache, {}), signal: ended.signal };
  const refused = assert.rejects(compileRequirements(request, ['x==1']), { code: 'cancelled' });
  await untilThere(path.join(folder, 'started'));
  ended.abort();
  await refused;
});
