import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { loadBases } from '../../src/base/references.ts';
import { buildServer, type BuildOutcome, type BuildRequest } from '../../src/image-build/build-server.ts';
import { imageOf } from '../../src/catalog/image-name.ts';
import { loadServer } from '../../src/catalog/load.ts';
import type { Server } from '../../src/catalog/server.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import type { Event } from '../../src/lib/event.ts';
import { label } from '../../src/lib/labels.ts';
import { entryText, lockText } from '../catalog/entry-text.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { project } from '../rig/engine.ts';
import { FakeEngine } from '../rig/fake-engine.ts';

const tarball = Buffer.from('what the registry has under this name');
const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
const templates = path.join(project, 'templates');
const bases = await loadBases(templates, 'linux/amd64');

interface Rig {
  readonly engine: FakeEngine;
  readonly server: Server;
  readonly events: Event[];
  readonly requests: readonly string[];
  /** Names in the folder for temporary files. */
  readonly temporary: () => readonly string[];
  readonly build: (more?: Partial<BuildRequest>) => Promise<BuildOutcome>;
}

/** An entry whose one artifact is in a registry on loopback, and an engine that has the bases. */
async function rig(t: TestContext, { lock = lockText({}, { integrity }) } = {}): Promise<Rig> {
  const registry = await loopback(t, (_, response) => response.end(tarball));
  const root = temporaryFolder(t, {
    'fixture/server.yaml': entryText('fixture'),
    ...(lock === '' ? {} : { 'fixture/lock.json': lock }),
    'fixture/package-lock.json': '{}\n',
  });
  const engine = new FakeEngine();
  for (const { reference } of Object.values(bases.node)) engine.addImage({ tags: [reference] });
  const server = await loadServer(root, 'fixture');
  const events: Event[] = [];
  const run = {
    cacheFolder: temporaryFolder(t),
    env: { npm_config_registry: `${registry.url}/` },
    emit: (event: Event): void => void events.push(event),
  };
  const temporary = ownTemporary(t);
  const buildEnvironment = { bases, templates, platform: 'linux/amd64' } as const;
  const build = (more: Partial<BuildRequest> = {}): Promise<BuildOutcome> =>
    buildServer(server, { buildEnvironment, run, engine, force: false, ...more });
  return {
    engine,
    server,
    events,
    requests: registry.requests,
    temporary: () => readdirSync(temporary),
    build,
  };
}

const builds = ({ calls }: FakeEngine): number =>
  calls.filter(({ method }) => method === 'buildImage').length;

const usual = process.env['TMPDIR'];

/** A folder for temporary files of the test's own, where what others leave does not count. */
function ownTemporary(t: TestContext): string {
  const folder = temporaryFolder(t);
  process.env['TMPDIR'] = folder;
  t.after(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
  });
  return folder;
}

test('what is fetched is in the context byte for byte, and the image carries the fingerprint', async (t) => {
  const { engine, build, server, requests, temporary } = await rig(t);
  const files = new Map<string, Buffer>();
  let context: Buffer = Buffer.alloc(0);
  engine.onBuild = (bytes) => {
    context = bytes;
    return { bytes: 42 };
  };
  const built = await build();
  const extract = tar.extract();
  Readable.from([context]).pipe(extract);
  for await (const entry of extract) files.set(entry.header.name, await buffer(entry));
  assert.deepEqual([built.state, built.image, built.bytes], ['built', imageOf(server), 42]);
  assert.deepEqual(requests, ['/left-pad/-/left-pad-1.3.0.tgz']);
  assert.ok(
    [...files.values()].some((content) => content.equals(tarball)),
    [...files.keys()].join(),
  );
  assert.match(
    files.get('Dockerfile')?.toString() ?? '',
    new RegExp(`^FROM ${bases.node.build.reference}`, 'm'),
  );
  const labels = (await engine.inspectImage(built.image))?.labels;
  assert.equal(labels?.[label.fingerprint], built.fingerprint);
  assert.deepEqual(temporary(), []);
});

test('an image with the same fingerprint is not built again, unless that is asked for', async (t) => {
  const { engine, build, requests } = await rig(t);
  const first = await build();
  assert.deepEqual([(await build()).state, builds(engine)], ['unchanged', 1]);
  const forced = await build({ force: true });
  assert.deepEqual([forced.state, builds(engine)], ['built', 2]);
  assert.equal(forced.fingerprint, first.fingerprint);
  assert.equal(requests.length, 1, 'what was fetched is kept');
});

test('another name leaves the entry’s own image alone', async (t) => {
  const { engine, build, server } = await rig(t);
  await build({ image: 'mcpcat/fixture:candidate' });
  assert.equal(await engine.inspectImage(imageOf(server)), undefined);
  assert.notEqual(await engine.inspectImage('mcpcat/fixture:candidate'), undefined);
});

test('an artifact that is not what the lock says stops the build before the engine is asked', async (t) => {
  const { engine, build, events, temporary } = await rig(t, { lock: lockText() });
  await assert.rejects(build(), { code: 'integrity-mismatch', message: /npm:left-pad@1\.3\.0/ });
  assert.equal(builds(engine), 0);
  assert.deepEqual(events.at(-1), { type: 'stage', subject: 'fixture', stage: 'build', state: 'failed' });
  assert.deepEqual(temporary(), []);
});

test('without a lock, and without a base, it is said what to do', async (t) => {
  const unlocked = await rig(t, { lock: '' });
  await assert.rejects(unlocked.build(), { code: 'lock-missing', hint: 'mcpcat update fixture' });
  const { engine, build, requests } = await rig(t);
  await engine.removeImage(bases.node.runtime.reference);
  await assert.rejects(build(), {
    code: 'base-missing',
    message: `fixture: the base ${bases.node.runtime.reference} is not on this engine`,
    hint: 'mcpcat base build node',
  });
  assert.deepEqual(requests, [], 'nothing is fetched for a build that can not be');
});

test('a build that the engine fails is that failure, and its folder is gone', async (t) => {
  const { engine, build, temporary } = await rig(t);
  engine.onBuild = () => {
    throw new McpcatError('build-failed', 'build: exit code 1', { detail: ['npm: no'] });
  };
  await assert.rejects(build(), { code: 'build-failed', detail: ['npm: no'] });
  assert.deepEqual(temporary(), []);
});
