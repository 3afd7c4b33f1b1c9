/** Why no server of ours is attached to: its end of the input is the node's to say, and `stdinOnce` decides. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { Api } from '../../src/engine/kubernetes/api.ts';
import { accessOf } from '../../src/engine/kubernetes/credentials.ts';
import { openStream } from '../../src/engine/kubernetes/exec-socket.ts';
import { Pods } from '../../src/engine/kubernetes/pods.ts';
import { stateOf } from '../../src/engine/kubernetes/pod-facts.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { hardenedPod } from '../rig/hardened-pod.ts';
import { namespace, noNetworkClass } from './rig/cluster.ts';
import { launching } from './rig/launching.ts';

const { opened, launches } = await launching();
const api = new Api(accessOf('test', { env: launches.env(), host: thisHost() }));
opened.defer(() => api.close());
const pods = new Pods(api, namespace);

/** Says what it hears, and ends with its input. */
const echoing = ['/mcpcat-init', '--', '/usr/local/bin/node', '-e', 'process.stdin.pipe(process.stdout)'];

/** A pod that is attached to, for certain: before that a cut connection would tell the node nothing. */
async function attachedTo(name: string, stdinOnce: boolean): Promise<{ readonly cut: () => void }> {
  const body = hardenedPod(launches.image);
  const containers = body.spec.containers.map((one) => ({
    ...{ ...one, stdin: true, stdinOnce, env: [], command: echoing },
  }));
  const metadata = { ...body.metadata, name, namespace };
  const spec = { ...body.spec, containers, runtimeClassName: noNetworkClass };
  await pods.running(await pods.create({ ...body, metadata, spec }));
  const wanted = '/attach?container=server&stdin=true&stdout=true&stderr=true&tty=false';
  const streams = await openStream(api, {
    path: `/api/v1/namespaces/${namespace}/pods/${name}${wanted}`,
    asked: { verbs: ['create', 'get'], resource: 'pods/attach', namespace },
  });
  streams.stdin.write('heard');
  await once(streams.stdout, 'data');
  return { cut: () => streams.destroy() };
}

test('with stdinOnce a process that is attached to hears the end of its input when the connection is cut', async () => {
  const { cut } = await attachedTo('attached-once', true);
  cut();
  const ended = await pods.until('attached-once', (pod) => stateOf(pod) === 'exited');
  assert.equal(ended?.status?.phase, 'Succeeded');
  await pods.remove('attached-once');
});

test('without it, it hears nothing: only a lease can end it', async () => {
  const { cut } = await attachedTo('attached', false);
  cut();
  await sleep(4000);
  const found = await pods.find('attached');
  assert.ok(found);
  assert.equal(stateOf(found), 'running');
  await pods.remove('attached');
});
