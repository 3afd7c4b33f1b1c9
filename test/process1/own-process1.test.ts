import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { pack as tarPack } from 'tar-stream';
import { McpcatError } from '../../src/lib/errors.ts';
import { initBinary } from '../../src/process1/binary.ts';
import { onlyFile } from '../../src/process1/only-file.ts';
import type { SessionRequest } from '../../src/session/session.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { engineWith, fakeImage, runningOn, sessionOn } from '../rig/session.ts';
import { cacheWithProcess1 } from './cache.ts';

const own = (cache: string): Partial<SessionRequest> => ({ process1: undefined, cache });

/** Starts a server and ends it; what was asked of the engine from create to start. */
async function startOn(engine: FakeEngine, cache: string): Promise<readonly string[]> {
  const before = engine.calls.length;
  const session = sessionOn(engine, own(cache));
  await runningOn(session);
  const methods = engine.calls.slice(before).map(({ method }) => method);
  await session.close();
  return methods.slice(0, methods.indexOf('startContainer') + 1);
}

async function content(engine: FakeEngine): Promise<string | undefined> {
  const [archive, ...more] = engine.volumeTars.values();
  assert.equal(more.length, 0);
  return archive === undefined ? undefined : (await onlyFile(Readable.from([archive])))?.toString();
}

async function packed(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const pack = tarPack();
  const whole = buffer(pack);
  for (const [name, text] of Object.entries(entries))
    pack.entry({ name, type: name.endsWith('/') ? 'directory' : 'file' }, text);
  pack.finalize();
  return whole;
}

function noteFile(cache: string): string {
  const [name = 'none', ...more] = readdirSync(path.join(cache, 'starts'));
  assert.deepEqual(more, []);
  return path.join(cache, 'starts', name);
}

test('the first start fills the volume through a container that never starts; the next asks nothing for it but the volume’s date', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  const binary = await initBinary({ engine, cache, labels: {} });
  const first = await startOn(engine, cache);
  assert.equal(
    createHash('sha256')
      .update((await content(engine)) ?? '')
      .digest('hex'),
    binary.sha256,
  );
  assert.equal(first.filter((method) => method === 'createContainer').length, 2);
  assert.equal(first.filter((method) => method === 'startContainer').length, 1);
  assert.deepEqual((await startOn(engine, cache)).toSorted(), [
    'attachContainer',
    'createContainer',
    'inspectContainer',
    'inspectVolume',
    'startContainer',
    'waitContainer',
  ]);
  assert.equal(engine.containers.size, 0);
});

test('an engine that makes the process for an attachment finds process 1 in the volume, at the first start and after', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  const plain = engine.attachContainer.bind(engine);
  let attached = 0;
  // Podman's `attach` runs the runtime's `create`, which looks for the program.
  engine.attachContainer = (id) => {
    attached += 1;
    if (engine.volumeTars.size > 0) return plain(id);
    return Promise.reject(new McpcatError('engine-failed', 'stat mcpcat-init: no such file or directory'));
  };
  await startOn(engine, cache);
  await startOn(engine, cache);
  assert.equal(attached, 2);
});

test('where the volume is gone since the last start, that says more than the attachment that failed by it', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  await startOn(engine, cache);
  await engine.removeVolume([...engine.volumeTars.keys()][0] ?? '');
  const plain = engine.attachContainer.bind(engine);
  engine.attachContainer = (id) =>
    engine.volumeTars.size > 0
      ? plain(id)
      : Promise.reject(new McpcatError('engine-failed', 'stat mcpcat-init: no such file or directory'));
  await startOn(engine, cache);
});

test('a container has the volume read-only at a place of its own, and starts ours with the image’s program as its argument', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  engine.addImage({
    tags: [fakeImage],
    entrypoint: ['/usr/bin/own', '--stdio'],
    command: ['all'],
    volumes: ['/var/lib/own', '/tmp', '/full'],
  });
  const folder = await packed({ 'own/': '' });
  const full = await packed({ 'full/': '', 'full/file': 'x' });
  engine.onCreate = ({ files }) => {
    for (const empty of ['/var/lib/own', '/tmp']) files.set(empty, folder);
    files.set('/full', full);
  };
  const places = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const session = sessionOn(engine, own(cache));
    const { init } = await runningOn(session);
    const { entrypoint, command, mounts, tmpfs } = engine.only.settings;
    assert.match(init, /^\/\.mcpcat-[0-9a-f]{12}\/mcpcat-init$/);
    assert.deepEqual([entrypoint, command], [[init, '--', '/usr/bin/own', '--stdio'], ['all']]);
    assert.deepEqual(
      mounts.map(({ kind, target, readOnly, empty }) => [kind, target, readOnly, empty]),
      [['volume', path.posix.dirname(init), true, true]],
    );
    // The last has files of the image: it stays a volume, which real engines say and the read-back refuses.
    assert.deepEqual(
      tmpfs.map(({ target, readOnly }) => [target, readOnly]),
      [
        ['/tmp', false],
        ['/dev/mqueue', true],
        ['/var/lib/own', true],
      ],
    );
    places.add(init);
    await session.close();
  }
  assert.equal(places.size, 3);
});

test('an image that was made anew is started as it is now, and the container of the old one was never started', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  await startOn(engine, cache);
  engine.addImage({ tags: [fakeImage], entrypoint: ['/new'] });
  const session = sessionOn(engine, own(cache));
  await runningOn(session);
  assert.deepEqual(engine.only.settings.entrypoint?.slice(1), ['--', '/new']);
  assert.equal(engine.containers.size, 1);
  await session.close();
  assert.equal(engine.containers.size, 0);
});

test('a volume that was removed meanwhile is filled again before the start', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  await startOn(engine, cache);
  const before = await content(engine);
  for (const name of engine.volumes.keys()) await engine.removeVolume(name);
  await startOn(engine, cache);
  assert.equal(await content(engine), before);
  assert.equal(engine.containers.size, 0);
});

test('half of it, or something else, is replaced at a start that reads it back: the first of a day and of an image', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  await startOn(engine, cache);
  const whole = await content(engine);
  const [name = ''] = engine.volumeTars.keys();
  for (const broken of [Buffer.alloc(0), (engine.volumeTars.get(name) ?? Buffer.alloc(0)).subarray(0, 512)]) {
    engine.volumeTars.set(name, broken);
    const file = noteFile(cache);
    const note = JSON.parse(readFileSync(file, 'utf8')) as { at: number };
    writeFileSync(file, JSON.stringify({ ...note, at: note.at - 25 * 3600 * 1000 }));
    await startOn(engine, cache);
    assert.equal(await content(engine), whole);
  }
});

test('a volume that does not keep what is put there starts nothing', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  engine.hold('copyIn');
  const session = sessionOn(engine, own(cache));
  const copy = await engine.next('copyIn');
  await copy.perform();
  engine.volumeTars.clear();
  await copy.release();
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'container-differs');
  assert.match(end.error.message, /process 1 in the volume mcpcat_init_amd64_\w+ of this engine is not what/);
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
  assert.ok(!engine.calls.some(({ method }) => method === 'startContainer'));
});

test('an image that changes under every start is given up, and nothing is left', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  engine.hold('createContainer');
  const session = sessionOn(engine, own(cache));
  void (async () => {
    for (let round = 0; ; round++) {
      const call = await engine.next('createContainer');
      engine.addImage({ tags: [fakeImage], entrypoint: [`/${String(round)}`] });
      await call.release();
    }
  })();
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'container-differs');
  await session.close();
  assert.equal(engine.containers.size, 0);
  assert.ok(!engine.calls.some(({ method }) => method === 'startContainer'));
});

test('a note of another version, of another engine, or that can not be read is none', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  await startOn(engine, cache);
  const file = noteFile(cache);
  const note = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  for (const other of [{ ...note, sources: 'older' }, { ...note, engine: 'unix:///other' }, 'half']) {
    writeFileSync(file, JSON.stringify(other).slice(0, other === 'half' ? 3 : undefined));
    assert.ok((await startOn(engine, cache)).includes('inspectImage'));
  }
  utimesSync(file, 0, 0);
  assert.ok(!(await startOn(engine, cache)).includes('inspectImage'));
});

test('a checkout without process 1 says how to get one, and makes no container of the server', async (t) => {
  const engine = engineWith();
  const cache = temporaryFolder(t);
  engine.facts = { ...engine.facts, platform: 'linux/arm64' };
  const session = sessionOn(engine, own(cache));
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'base-missing');
  await session.close();
  assert.equal(engine.calls.filter(({ method }) => method === 'createContainer').length, 0);
});
