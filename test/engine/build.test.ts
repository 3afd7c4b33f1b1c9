import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import type { BuildRequest, Engine } from '../../src/engine/engine.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { apiServer, type ApiServer } from './api-server.ts';

const idOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const short = (letter: string): string => letter.repeat(12);
const tag = 'mcpcat/made:local';

interface Builder extends ApiServer {
  readonly fake: FakeEngine;
  readonly build: (more?: Partial<BuildRequest>) => Promise<string>;
  readonly engine: Engine;
}

/** An engine that has a base (`a`), and makes one layer (`b`) on it before it says what `then` says. */
async function builder(t: TestContext, then: (request: BuildRequest) => void): Promise<Builder> {
  const fake = new FakeEngine();
  fake.addImage({ id: idOf('a'), tags: ['base:1'] });
  fake.onBuild = (_, request) => {
    fake.addImage({ id: idOf('b') });
    for (const line of [
      'Step 1/2 : FROM base:1',
      ` ---> ${short('a')}`,
      'Step 2/2 : COPY x /',
      ` ---> ${short('b')}`,
    ])
      request.onOutput(line);
    then(request);
    return { id: idOf('c') };
  };
  const server = await apiServer(t, fake);
  const engine = await connectEngine({ endpoint: server.socket, env: {} });
  const build = (more: Partial<BuildRequest> = {}): Promise<string> =>
    engine.buildImage(Readable.from([Buffer.from('context')]), { tag, onOutput: () => undefined, ...more });
  return { ...server, fake, engine, build };
}

test('a build leaves the image that it names and the base that it stands on, and no step', async (t) => {
  const { build, fake } = await builder(t, () => undefined);
  assert.equal(await build(), idOf('c'));
  assert.deepEqual(
    ['a', 'b', 'c'].map((letter) => fake.images.find(idOf(letter)) !== undefined),
    [true, false, true],
  );
});

test('the image that had the name before goes, unless something else has it', async (t) => {
  const { build, fake } = await builder(t, () => undefined);
  fake.addImage({ id: idOf('d'), tags: [tag] });
  await build();
  assert.equal(fake.images.find(idOf('d')), undefined);
  fake.addImage({ id: idOf('c'), tags: [tag, 'kept:1'] });
  fake.onBuild = () => ({ id: idOf('e') });
  await build();
  assert.ok(fake.images.find('kept:1'));
});

test('after a failure nothing of the build stays, also what the engine commits late', async (t) => {
  const { build, fake, odd } = await builder(t, () => {
    throw new Error('no space for the layer');
  });
  fake.addImage({ id: idOf('f') });
  let asked = 0;
  odd.set('GET /images/json', (response) => {
    asked += 1;
    const late = [{ Id: idOf('f'), ParentId: idOf('b') }];
    response.end(JSON.stringify(asked === 2 ? late : []));
  });
  await assert.rejects(build(), { code: 'build-failed' });
  assert.deepEqual(
    ['a', 'b', 'f'].map((letter) => fake.images.find(idOf(letter)) !== undefined),
    [true, false, false],
  );
});

test('a stream that ends without an image is an engine that has gone', async (t) => {
  const { build, odd } = await builder(t, () => undefined);
  odd.set('POST /build', (response) => response.end('{"stream":"Step 1/2 : FROM base:1\\n"}\n'));
  await assert.rejects(build(), { code: 'engine-gone' });
});

test('a build that is called off while it says something is cancelled', async (t) => {
  const off = new AbortController();
  const { build, odd } = await builder(t, () => undefined);
  odd.set('POST /build', (response) => response.write('{"stream":"Step 1/2 : FROM base:1\\n"}\n'));
  await assert.rejects(build({ signal: off.signal, onOutput: () => off.abort() }), { code: 'cancelled' });
});
