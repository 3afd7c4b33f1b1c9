import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import { engineMemory } from '../../src/engine/docker/engine-memory.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { closed } from '../rig/closed.ts';

const settings = closed('mcpcat/x:local');
const id = 'c'.repeat(64);

interface Rig {
  /** Which engine answers: the version of Podman's API, or undefined for Docker. */
  podmanApi: string | undefined;
  /** Answers to create, each once, instead of a container. */
  readonly refusals: number[];
  /** Answers to a removal, each once, instead of that. */
  readonly removals: number[];
  readonly asked: string[];
  readonly folder: string;
  /** A new start, with what the last one has kept. */
  readonly start: () => Promise<Engine>;
}

/** What an engine is cannot be changed under a real one: this answers like either, as both do where it matters. */
async function rigOf(t: TestContext): Promise<Rig> {
  const folder = temporaryFolder(t);
  const socket = path.join(folder, 'engine.sock');
  const env = { HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') };
  const rig: Rig = {
    podmanApi: undefined,
    refusals: [],
    removals: [],
    asked: [],
    folder: path.join(folder, 'cache', 'mcpcat', 'engines'),
    start: () => connectEngine({ endpoint: socket, env, memory: 'kept' }),
  };
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      rig.asked.push(placeOf(request));
      if (rig.podmanApi !== undefined) response.setHeader('Libpod-API-Version', rig.podmanApi);
      const { refusals, removals } = rig;
      const refusal = { POST: refusals, DELETE: removals }[request.method ?? '']?.shift();
      if (refusal !== undefined) response.writeHead(refusal).end('{"message":"refused"}');
      else if (request.method === 'DELETE') response.writeHead(204).end();
      else response.end(JSON.stringify({ Id: id }));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return rig;
}

function placeOf({ method = '', url = '' }: IncomingMessage): string {
  return `${method} ${url.replace(/\?.*/, '')}`;
}

test('an engine that is known is not asked what it is before a container is made', async (t) => {
  const rig = await rigOf(t);
  await (await rig.start()).createContainer(settings);
  assert.deepEqual(rig.asked.splice(0), ['GET /_ping', 'POST /containers/create']);
  const again = await rig.start();
  assert.equal(await again.createContainer(settings), id);
  await again.inspectContainer(id);
  assert.deepEqual(rig.asked, ['POST /containers/create', `GET /containers/${id}/json`]);
});

test('a container that another engine has made than the one that was known is removed and made anew', async (t) => {
  const rig = await rigOf(t);
  await (await rig.start()).createContainer(settings);
  for (const podmanApi of ['5.4.2', '4.3.1', undefined]) {
    rig.podmanApi = podmanApi;
    rig.asked.length = 0;
    assert.equal(await (await rig.start()).createContainer(settings), id);
    assert.deepEqual(rig.asked, [
      'POST /containers/create',
      `DELETE /containers/${id}`,
      'GET /_ping',
      'POST /containers/create',
    ]);
    rig.asked.length = 0;
    await (await rig.start()).createContainer(settings);
    assert.deepEqual(rig.asked, ['POST /containers/create'], 'and is known from then on');
  }
});

test('where another engine refuses what it does not understand, it is asked in its own way', async (t) => {
  const rig = await rigOf(t);
  await (await rig.start()).createContainer(settings);
  rig.podmanApi = '5.4.2';
  rig.refusals.push(500);
  rig.asked.length = 0;
  assert.equal(await (await rig.start()).createContainer(settings), id);
  assert.deepEqual(rig.asked, ['POST /containers/create', 'GET /_ping', 'POST /containers/create']);
});

test('a container that can’t be removed is not replaced', async (t) => {
  const rig = await rigOf(t);
  await (await rig.start()).createContainer(settings);
  rig.podmanApi = '5.4.2';
  rig.removals.push(500);
  rig.asked.length = 0;
  await assert.rejects((await rig.start()).createContainer(settings), {
    name: 'McpcatError',
    code: 'engine-failed',
  });
  assert.deepEqual(rig.asked, ['POST /containers/create', `DELETE /containers/${id}`]);
});

test('a refusal of the known engine stays one', async (t) => {
  const rig = await rigOf(t);
  await (await rig.start()).createContainer(settings);
  rig.refusals.push(404);
  rig.asked.length = 0;
  await assert.rejects((await rig.start()).createContainer(settings), {
    name: 'McpcatError',
    code: 'image-missing',
  });
  assert.deepEqual(rig.asked, ['POST /containers/create']);
});

test('what is kept is believed only if it is this user’s, whole, and of this address', (t) => {
  const cache = temporaryFolder(t);
  const place = { cache, endpoint: 'unix:///run/a.sock', host: thisHost() };
  const memory = engineMemory(place);
  assert.equal(memory.recall(), undefined);
  memory.keep({ podmanApi: '5.4.2' });
  assert.deepEqual(memory.recall(), { podmanApi: '5.4.2' });
  memory.keep({ podmanApi: undefined });
  assert.deepEqual(memory.recall(), { podmanApi: undefined });
  assert.equal(engineMemory({ ...place, host: { owns: () => false } }).recall(), undefined);
  const [name = '', ...others] = readdirSync(path.join(cache, 'engines'));
  assert.deepEqual(others, []);
  const file = path.join(cache, 'engines', name);
  const whole = readFileSync(file, 'utf8');
  for (const broken of [
    whole.slice(0, -1),
    '[]',
    whole.replace('a.sock', 'b.sock'),
    whole.replace('null', '5'),
  ]) {
    writeFileSync(file, broken);
    assert.equal(memory.recall(), undefined, broken);
  }
});

test('where nothing can be kept, an engine is asked each time', (t) => {
  const file = path.join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  const memory = engineMemory({ cache: file, endpoint: 'unix:///run/a.sock', host: thisHost() });
  memory.keep({ podmanApi: undefined });
  assert.equal(memory.recall(), undefined);
});
