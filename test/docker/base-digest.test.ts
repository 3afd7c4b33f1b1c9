/**
 * A runtime base is the same to its last byte whoever makes it: root and a user with nothing but Node and the engine's
 * socket, at once and one after the other; and a disk that fills leaves nothing. A recipe of the test's own, so that
 * the bases that other tests stand on stay as they are.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { readBaseLock } from '../../src/base/base-lock.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { debianArchive } from '../rig/debian-archive.ts';
import { eventually, ownPlatform, testEngine, type Ran } from '../rig/engine.ts';
import { looseFiles, savedImage } from '../rig/image-layers.ts';
import { installPackage, nobody, type InstalledPackage } from '../rig/installed-package.ts';

const timeout = 300_000;
let engine: Engine;
let installed: InstalledPackage;
const opened = closedAfterwards();

before(async () => {
  engine = await testEngine();
  installed = await installPackage(engine, opened);
});

async function imageOf(ran: Ran): Promise<{ reference: string; id: string }> {
  assert.equal(ran.code, 0, ran.stderr);
  const rows = JSON.parse(ran.stdout) as { stage: string; reference: string }[];
  const reference = rows.find(({ stage }) => stage === 'runtime')?.reference ?? '';
  installed.made.add(reference);
  const image = await engine.inspectImage(reference);
  assert.ok(image !== undefined, reference);
  return { reference, id: image.id };
}

test('root and a user without rights, tools or a PATH make the same image', { timeout }, async (t) => {
  const ids: string[] = [];
  for (const uid of [0, nobody]) {
    const { reference, id } = await imageOf(
      await installed.build(await installed.cacheFor(t, { uid, recipe: 'users' }), uid),
    );
    ids.push(id);
    const { layers, config } = await savedImage(engine, reference);
    assert.equal(layers.length, 1);
    assert.deepEqual(looseFiles(layers.flat()), []);
    const { created, config: settings } = JSON.parse(config) as {
      created: string;
      config: { Labels: Record<string, string> };
    };
    assert.equal(created, '1970-01-01T00:00:00Z');
    // Not of the catalog's recipe: whatever is built on it will say so.
    assert.equal(settings.Labels[label.bases], 'other');
    await engine.removeImage(reference, { force: true });
  }
  assert.equal(ids[0], ids[1]);
});

test('two builds at once both end well, with one image', { timeout }, async (t) => {
  const caches = [
    await installed.cacheFor(t, { uid: nobody, recipe: 'at-once' }),
    await installed.cacheFor(t, { uid: nobody, recipe: 'at-once' }),
  ];
  const [one, two] = await Promise.all(
    caches.map(async (cache) => imageOf(await installed.build(cache, nobody))),
  );
  assert.deepEqual(one, two);
});

test(
  'a disk that fills in the middle is said; nothing half remains, in the cache or in the engine',
  { timeout },
  async (t) => {
    const cache = await installed.cacheFor(t, { uid: 0, recipe: 'full-disk' });
    const earlier = await engine.listImages({ [label.base]: 'go-runtime' });
    const store = path.join(cache, 'mcpcat/content');
    mkdirSync(store);
    // A mount of its own, 2 MiB: libc6 alone has more.
    const script = 'mount -t tmpfs -o size=2m tmpfs "$0" && "$@"; code=$?; ls -R "$0" >&2; exit $code';
    const user = process.getuid?.() === 0 ? [] : ['-Ur'];
    const around = [
      '/usr/bin/env',
      'PATH=/usr/bin:/bin',
      'unshare',
      ...user,
      '-m',
      'sh',
      '-c',
      script,
      store,
    ];
    const { code, stderr } = await installed.build(cache, 0, { around });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /no space left|disk is full/);
    assert.doesNotMatch(stderr, /\.tmp$/m);
    // Images of servers on this base come and go meanwhile, with other tests; half of a base has no name, or a base's.
    const known = new Set(earlier.map(({ id }) => id));
    const halves = async (): Promise<string[]> => {
      const now = await engine.listImages({ [label.base]: 'go-runtime' });
      const open = now.filter(({ id, tags }) => !known.has(id) && !tags.some((tag) => !tag.includes('base')));
      return open.map(({ id }) => id);
    };
    // A build of another test has images without a name while it is at work; half of a base would stay one.
    await eventually(halves, (found) => found.length === 0);
  },
);

test(
  'what the mirror has lost comes from the snapshot archive, and gives the same image; what is nowhere is said',
  { timeout },
  async (t) => {
    const [first, second, third] = [
      await installed.cacheFor(t, { uid: 0, recipe: 'gone' }),
      await installed.cacheFor(t, { uid: 0, recipe: 'gone' }),
      await installed.cacheFor(t, { uid: 0, recipe: 'gone' }),
    ];
    const { reference, id } = await imageOf(await installed.build(first, 0));
    await engine.removeImage(reference, { force: true });
    const lock = await readBaseLock(path.join(installed.folder, 'templates'), 'go', ownPlatform);
    const files = lock.runtime.map(({ pool, snapshot, sha256 }) => {
      const [archive = '', ...rest] = pool.split('/');
      const kept = path.join(first, 'mcpcat/content/sha256', sha256.slice(0, 2), sha256.slice(2));
      return [`/archive/${archive}/${snapshot}/${rest.join('/')}`, readFileSync(kept)] as const;
    });
    const placesOf = async (held: typeof files): Promise<string[]> => {
      const { mirror, snapshotArchive } = await debianArchive(t, Object.fromEntries(held));
      return ['--mirror', mirror, '--snapshot', snapshotArchive];
    };
    // What the engine made is not fetched: it need not be made again here.
    for (const cache of [second, third])
      cpSync(path.join(first, 'mcpcat/made'), path.join(cache, 'mcpcat/made'), { recursive: true });
    assert.deepEqual(await imageOf(await installed.build(second, 0, { more: await placesOf(files) })), {
      reference,
      id,
    });
    await engine.removeImage(reference, { force: true });
    const gone = await installed.build(third, 0, { more: await placesOf([]) });
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /neither http:\S+ nor the snapshot archive http:\S+ has the locked package/);
    assert.match(gone.stderr, /--newest-base/);
  },
);
