import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import type { ContainerSettings, Engine } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { closed } from '../rig/closed.ts';
import { testLabel } from '../rig/engine.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { apiServer, type ApiServer, type Lifetime } from './api-server.ts';
import { contract } from './contract.ts';
import { contractServer } from './contract-server.ts';
import { fakeDocker } from './fake-docker.ts';

const image = 'mcpcat/contract:local';

function withImage(): FakeEngine {
  const fake = new FakeEngine();
  fake.addImage({ tags: [image], labels: testLabel }, contractServer);
  return fake;
}

interface Setup extends ApiServer {
  readonly fake: FakeEngine;
  readonly engine: Engine;
}

async function setup(t: Lifetime): Promise<Setup> {
  const fake = withImage();
  const server = await apiServer(t, fake);
  return { ...server, fake, engine: await connectEngine({ endpoint: server.socket, env: {} }) };
}

let shared: Setup | undefined;
const cleanups: (() => void)[] = [];
before(async () => {
  shared = await setup({ after: (cleanup) => void cleanups.push(cleanup) });
});
after(() => cleanups.forEach((cleanup) => cleanup()));

contract('the adapter over HTTP', () => {
  assert.ok(shared);
  return { engine: shared.engine, settings: closed(image) };
});

/** A container that runs. */
async function running({ engine, fake }: Setup, more: Partial<ContainerSettings> = {}): Promise<string> {
  const id = await engine.createContainer({ ...closed(image), ...more });
  await engine.startContainer(id);
  assert.equal(fake.only.state, 'running');
  return id;
}

test('what an engine is and can limit is joined from two answers', async (t) => {
  const { engine, fake } = await setup(t);
  assert.deepEqual(await engine.info(), fake.facts);
  fake.facts = {
    ...fake.facts,
    name: 'podman',
    platform: 'linux/arm64',
    rootless: true,
    cgroupVersion: 'unknown',
    securityOptions: ['seccomp', 'rootless'],
    limits: { memory: false, cpu: true, pids: false, swap: false },
  };
  assert.deepEqual(await engine.info(), fake.facts);
});

test('a limit that Podman claims and has no control group for is none', async (t) => {
  const { engine, fake, odd } = await setup(t);
  fake.facts = { ...fake.facts, name: 'podman' };
  for (const [controllers, limits] of [
    [[], { memory: false, swap: false, cpu: false, pids: false }],
    [['memory', 'pids'], { memory: true, swap: true, cpu: false, pids: true }],
    [undefined, { memory: false, swap: false, cpu: false, pids: false }],
  ] as const) {
    odd.set('GET /libpod/info', (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ host: { cgroupControllers: controllers } }));
    });
    assert.deepEqual((await engine.info()).limits, limits);
  }
});

test('what may be relabelled is, on an engine that confines containers by SELinux, and it is asked once', async (t) => {
  const { engine, fake } = await setup(t);
  const handed = { kind: 'bind', source: '/home/ada/x', target: '/data', readOnly: true } as const;
  const mounts = [
    { ...handed, relabel: 'allowed' },
    { ...handed, target: '/guarded' },
    { ...handed, source: '/home/ada/a:b', target: '/colon', relabel: 'allowed' },
  ] as const;
  const labelled = async (): Promise<readonly (string | undefined)[]> => {
    const id = await engine.createContainer({ ...closed(image), mounts });
    return mounts.map(
      ({ target }) =>
        fake.containers.get(id)?.settings.mounts.find((mount) => mount.target === target)?.relabel,
    );
  };
  fake.facts = { ...fake.facts, securityOptions: ['seccomp', 'selinux'] };
  const asked = (): number => fake.calls.filter(({ method }) => method === 'info').length;
  const sofar = asked();
  assert.deepEqual(await labelled(), ['allowed', undefined, undefined]);
  assert.deepEqual(await labelled(), ['allowed', undefined, undefined]);
  assert.equal(asked() - sofar, 1);
  const plain = await setup(t);
  const id = await plain.engine.createContainer({ ...closed(image), mounts });
  assert.ok(plain.fake.containers.get(id)?.settings.mounts.every(({ relabel }) => relabel === undefined));
});

test('memory is what the kernel could not take back, with the peak where there is one', async (t) => {
  const given = await setup(t);
  const id = await running(given);
  given.fake.only.memory = { now: 10 << 20, peak: 20 << 20 };
  assert.deepEqual(await given.engine.containerMemory(id), { now: 10 << 20, peak: 20 << 20 });
  given.fake.only.memory = { now: 1 << 20, peak: undefined };
  assert.deepEqual(await given.engine.containerMemory(id), { now: 1 << 20, peak: undefined });
});

test('processes are command lines, changes are paths, and none is none', async (t) => {
  const given = await setup(t);
  const id = await running(given);
  given.fake.only.processes = ['/mcpcat-init -- node', 'node /app/x.js'];
  assert.deepEqual(await given.engine.containerProcesses(id), ['/mcpcat-init -- node', 'node /app/x.js']);
  assert.deepEqual(await given.engine.containerChanges(id), []);
  given.fake.only.changes = ['/var', '/var/x'];
  assert.deepEqual(await given.engine.containerChanges(id), ['/var', '/var/x']);
});

test('a tar goes in and out, and a missing path is told', async (t) => {
  const given = await setup(t);
  const id = await running(given);
  await given.engine.copyIn(id, '/data', Readable.from([Buffer.from('a tar')]));
  assert.equal(await text(await given.engine.copyOut(id, '/data')), 'a tar');
  await assert.rejects(given.engine.copyOut(id, '/none'), {
    code: 'engine-failed',
    message: /Could not find/,
  });
});

test('logs are not kept, and the engine’s reason is passed on', async (t) => {
  const given = await setup(t);
  const id = await running(given);
  await assert.rejects(given.engine.containerLogs(id, { tail: 10 }), {
    code: 'engine-failed',
    message: /read the logs of .*does not support reading/,
  });
});

test('a further process works as the user that is asked for', async (t) => {
  const given = await setup(t);
  const id = await running(given);
  const session = await given.engine.exec(id, ['/mcpcat-init', 'relay'], { user: '0:0' });
  assert.deepEqual(
    [given.fake.only.execs[0]?.command, given.fake.only.execs[0]?.user],
    [['/mcpcat-init', 'relay'], '0:0'],
  );
  session.destroy();
});

test('the size of a volume is what the engine measured, and nothing if it did not', async (t) => {
  const { engine, fake, odd } = await setup(t);
  const labels = { 'io.mcpcat.state': 'notes' };
  for (const [name, bytes] of [
    ['b', 2048],
    ['a', undefined],
  ] as const)
    fake.volumes.set(name, { name, labels, created: '2026-01-01T00:00:00Z', bytes, containers: [] });
  const sizes = async (): Promise<unknown> =>
    (await engine.listVolumes(labels)).map(({ name, bytes }) => [name, bytes]);
  assert.deepEqual(await sizes(), [
    ['a', undefined],
    ['b', 2048],
  ]);
  odd.set('GET /system/df', (response) => response.writeHead(500).end('{"message":"busy"}'));
  assert.deepEqual(await sizes(), [
    ['a', undefined],
    ['b', undefined],
  ]);
});

test('an image that is built is tagged, and what a build says is passed on', async (t) => {
  const { engine, fake } = await setup(t);
  fake.onBuild = (context, { onOutput }) => {
    onOutput(`Step 1/1 : FROM scratch (${context.toString()})`);
    return {};
  };
  const lines: string[] = [];
  const id = await engine.buildImage(Readable.from([Buffer.from('context')]), {
    tag: 'mcpcat/made:local',
    labels: { made: 'here' },
    platform: 'linux/amd64',
    target: 'last',
    onOutput: (line) => lines.push(line),
  });
  const facts = await engine.inspectImage('mcpcat/made:local');
  assert.deepEqual([facts?.id, facts?.labels], [id, { made: 'here' }]);
  assert.deepEqual(lines, ['Step 1/1 : FROM scratch (context)']);
});

test('a build that fails says the last lines; one that is called off is cancelled', async (t) => {
  const { engine, fake } = await setup(t);
  fake.onBuild = (_, { onOutput }) => {
    onOutput('npm ERR! no room');
    throw new Error('returned a non-zero code: 1');
  };
  const request = { tag: 'mcpcat/broken:local', onOutput: () => undefined };
  await assert.rejects(engine.buildImage(Readable.from([Buffer.from('x')]), request), {
    code: 'build-failed',
    detail: ['npm ERR! no room'],
  });
  fake.hold('buildImage');
  const off = new AbortController();
  const building = engine.buildImage(Readable.from([Buffer.from('x')]), { ...request, signal: off.signal });
  const call = await fake.next('buildImage');
  off.abort();
  await assert.rejects(building, { code: 'cancelled' });
  call.fail();
});

test('a pull tells its progress; what no registry has is missing', async (t) => {
  const { engine, fake } = await setup(t);
  fake.registry.set('ghcr.io/x/y:1', { facts: {}, program: () => undefined });
  const lines: string[] = [];
  await engine.pullImage('ghcr.io/x/y:1', (line) => lines.push(line));
  assert.deepEqual(lines, ['Pulling ghcr.io/x/y:1']);
  assert.ok(await engine.inspectImage('ghcr.io/x/y:1'));
  await assert.rejects(
    engine.pullImage('ghcr.io/x/none:1', () => undefined),
    { code: 'image-missing' },
  );
});

test('an archive that breaks off loads nothing and rejects with its own error', async (t) => {
  const { engine } = await setup(t);
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('fake image ');
      await new Promise(setImmediate);
      throw new McpcatError('registry-failed', 'the registry is gone');
    })(),
  );
  await assert.rejects(engine.loadImage(broken), {
    code: 'registry-failed',
    message: 'the registry is gone',
  });
});

test('a name without a tag means latest', async (t) => {
  const { engine } = await setup(t);
  await engine.tagImage(image, 'localhost:5000/plain');
  assert.ok(await engine.inspectImage('localhost:5000/plain:latest'));
});

test('an image that vanishes while images are listed is left out', async (t) => {
  const { engine, fake, odd } = await setup(t);
  const id = fake.addImage({ tags: ['other:1'], labels: testLabel });
  odd.set(`GET /images/${id}/json`, (response) => response.writeHead(404).end('{"message":"gone"}'));
  const found = await engine.listImages(testLabel);
  assert.deepEqual(
    found.map(({ tags }) => tags),
    [[image]],
  );
});

test('the error that ended a container is passed on, and a body that is none is an error', async (t) => {
  const { engine, odd } = await setup(t);
  const id = await engine.createContainer(closed(image));
  odd.set(`POST /containers/${id}/wait`, (response) =>
    response.end('{"StatusCode":1,"Error":{"Message":"odd"}}'),
  );
  assert.deepEqual(await engine.waitContainer(id, 'next-exit'), { exitCode: 1, error: 'odd' });
  odd.set(`POST /containers/${id}/wait`, (response) => response.end('nonsense'));
  await assert.rejects(engine.waitContainer(id, 'next-exit'), { code: 'engine-gone' });
});

test('an engine that keeps the connection instead of handing it over is refused', async (t) => {
  const { engine, fake } = await setup(t);
  const id = await engine.createContainer(closed(image));
  fake.hold('attachContainer');
  const attached = engine.attachContainer(id);
  (await fake.next('attachContainer')).fail(new Error('no stream today'));
  await assert.rejects(attached, { code: 'engine-failed', message: /no stream today/ });
});

test('a container that only the list still knows, as dead, is none (Docker 20.10)', async (t) => {
  const listed = (Id: string, State: string): object => ({ Id, State, Image: image, Labels: {}, Created: 1 });
  const all = [listed('ghost', 'dead'), listed('stuck', 'dead'), listed('works', 'running')];
  const engine = await fakeDocker(t, {
    'GET /containers/json': (_, response) => response.end(JSON.stringify(all)),
    'GET /containers/stuck/json': (_, response) =>
      response.end(JSON.stringify({ Id: 'stuck', State: { Status: 'dead' } })),
  });
  assert.deepEqual(
    (await engine.listContainers({})).map(({ id }) => id),
    ['stuck', 'works'],
  );
});
