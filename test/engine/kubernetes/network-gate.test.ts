import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { clusterAddress } from '../../../src/engine/kubernetes/address.ts';
import { NetworkGate } from '../../../src/engine/kubernetes/network-gate.ts';
import type { PodBody } from '../../../src/engine/kubernetes/pod.ts';
import { Pods } from '../../../src/engine/kubernetes/pods.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { settings } from './settings.ts';
import { standIn } from './stand-in.ts';

test('starts at once share one proof, but not with a start of another RuntimeClass', async () => {
  const asked = new Set<string | undefined>();
  let made = 0;
  await using there = await standIn({
    onRequest: (request, response) => {
      void json(request).then((body) => {
        asked.add((body as PodBody).spec.runtimeClassName);
        made++;
        response.writeHead(500).end('{}');
      });
    },
  });
  using folder = mkdtempDisposableSync(path.join(tmpdir(), 'mcpcat-gate-'));
  const address = clusterAddress('kubernetes://dev/mcpcat');
  const gate = new NetworkGate({ address, api: there.api, host: thisHost(), cache: folder.path });
  const pods = new Pods(there.api, address.namespace);
  const of = (runtime: string) => settings({ isolation: { name: runtime, runtime } });

  const ends = await Promise.allSettled(['one', 'one', 'other'].map((name) => gate.pass(of(name), pods)));

  assert.deepEqual(
    ends.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  assert.deepEqual([asked, made], [new Set(['one', 'other']), 2]);
});
