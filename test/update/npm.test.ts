import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { Store } from '../../src/fetch/store.ts';
import { resolveNpm } from '../../src/update/npm.ts';
import { entryOfTest } from '../trust/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';

test('a lock of npm packages that its user ends is ended, and its request with it', async (t) => {
  const asked = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    // A dependency about which nothing is ever said.
    if (request.url === '/dependency') return asked.resolve(response);
    const version = { name: 'server', version: '1.0.0', bin: 'x.js', dependencies: { dependency: '1' } };
    const dist = { tarball: `${url}/server/-/server-1.0.0.tgz`, integrity: `sha512-${'A'.repeat(86)}==` };
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        name: 'server',
        'dist-tags': { latest: '1.0.0' },
        versions: { '1.0.0': { ...version, dist } },
        time: { '1.0.0': '2026-01-01T00:00:00.000Z' },
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const [folder, cacheFolder] = [temporaryFolder(t), temporaryFolder(t)];
  const ended = new AbortController();
  const work = resolveNpm({
    entry: entryOfTest(),
    source: { kind: 'npm', name: 'server', range: undefined },
    env: { npm_config_registry: `${url}/` },
    store: new Store(cacheFolder, {}),
    cacheFolder,
    folder,
    templates: path.resolve('templates'),
    signal: ended.signal,
  });
  const refused = assert.rejects(work, { code: 'cancelled' });
  const response = await asked.promise;
  const closed = once(response, 'close');
  ended.abort();
  await refused;
  await closed;
});
