import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { clusterAddress } from '../../../src/engine/kubernetes/address.ts';
import { NetworkGate } from '../../../src/engine/kubernetes/network-gate.ts';
import { policyRuntime } from '../../../src/engine/kubernetes/pod-body.ts';
import type { PodBody } from '../../../src/engine/kubernetes/pod.ts';
import { Pods } from '../../../src/engine/kubernetes/pods.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { hurried, probeOutput } from './fake-probe.ts';
import { settings } from './settings.ts';
import { channelMessage, standIn, status as exited } from './stand-in.ts';

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

/** An API server of a namespace that is shut by the policy of this name. */
async function answered(
  request: IncomingMessage,
  { policy, mayRead }: { readonly policy: string; readonly mayRead: boolean },
): Promise<readonly [status: number, body: object]> {
  const { method, url = '' } = request;
  if (method === 'POST') {
    const containerStatuses = [{ name: 'server', state: { running: {} } }];
    return [201, { ...((await json(request)) as object), status: { phase: 'Running', containerStatuses } }];
  }
  const spec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
  if (url.endsWith('/networkpolicies')) return [200, { items: [{ metadata: { name: policy }, spec }] }];
  if (url === '/api') return [200, { serverAddressByClientCIDRs: [{ serverAddress: '10.0.0.7:6443' }] }];
  return [mayRead ? 200 : 403, {}];
}

test('what could not be tried is said once to whoever listens, and again when it is something else', async (context) => {
  let rights = { policy: 'one', mayRead: false };
  await using there = await standIn({
    onRequest: (request, response) => {
      void answered(request, rights).then(([code, body]) =>
        response.writeHead(code).end(JSON.stringify(body)),
      );
    },
    onStream: (socket, { url }) => {
      const { searchParams } = new URL(url ?? '', 'https://test');
      socket.send(channelMessage(1, probeOutput(searchParams.getAll('command'))));
      socket.send(exited(0));
      socket.close();
    },
  });
  using folder = mkdtempDisposableSync(path.join(tmpdir(), 'mcpcat-gate-'));
  const address = clusterAddress('kubernetes://dev/mcpcat');
  const said: string[] = [];
  const heard: { say: ((line: string) => void) | undefined } = { say: undefined };
  const gate = new NetworkGate({ address, api: there.api, host: thisHost(), cache: folder.path, heard });
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const shut = settings({ isolation: { name: policyRuntime, runtime: policyRuntime } });
  const passed = () => hurried(context, gate.pass(shut, new Pods(there.api, 'mcpcat')));

  await passed();
  heard.say = (line) => said.push(line);
  await passed();
  await passed();
  rights = { policy: 'two', mayRead: true };
  await passed();
  await passed();

  const all =
    'the node, the service kubernetes, the addresses behind the service kubernetes, the service kube-dns';
  assert.deepEqual(
    said,
    [all, 'the node'].map(
      (untried) => `whether a pod reaches these could not be tried, and is not known: ${untried}`,
    ),
  );
});
