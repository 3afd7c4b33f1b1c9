/**
 * A runtime base is the same to its last byte whoever makes it: root and a user with nothing but Node and the engine's
 * socket, at once and one after the other; and a disk that fills leaves nothing. A recipe of the test's own, so that
 * the bases that other tests stand on stay as they are.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { readBaseLock } from '../../src/base/base-lock.ts';
import { ownTemplates } from '../../src/base/machine-templates.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { debianArchive } from '../rig/debian-archive.ts';
import { project, testEngine, type Ran } from '../rig/engine.ts';
import { looseFiles, savedImage } from '../rig/image-layers.ts';

const timeout = 300_000;
const nobody = 65534;
let engine: Engine;
/** A copy of what the package brings, which every user may read. */
let installed = '';
/** The engine's socket for everybody, as a member of the group `docker` has it. */
let socket = '';
const made = new Set<string>();
const opened = closedAfterwards();

before(async () => {
  engine = await testEngine();
  installed = mkdtempSync(path.join(tmpdir(), 'mcpcat-installed-'));
  opened.defer(async () => {
    for (const reference of made) await engine.removeImage(reference, { force: true });
    rmSync(installed, { recursive: true, force: true });
  });
  for (const name of ['bin', 'dist', 'templates', 'src/init', 'package.json'])
    cpSync(path.join(project, name), path.join(installed, name), { recursive: true });
  chmodSync(installed, 0o755);
  socket = path.join(installed, 'engine.sock');
  const server = createServer((client) => {
    const upstream = createConnection(engine.endpoint.replace('unix://', ''));
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(socket, 0o666);
  server.unref();
});

interface OwnRecipe {
  readonly uid: number;
  readonly recipe: string;
  /** Whose recipe is another than the catalog's. */
  readonly kind?: 'go' | 'debian';
}

/** A user's cache, in which the machine has decided for a recipe of its own. */
async function cacheFor(t: TestContext, { uid, recipe, kind = 'go' }: OwnRecipe): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const cacheFolder = path.join(folder, 'mcpcat');
  mkdirSync(cacheFolder);
  const places = { templates: path.join(installed, 'templates'), cacheFolder };
  const { templates } = await ownTemplates(places);
  appendFileSync(path.join(templates, `base/${kind}/base.yaml`), `  keep: [of-the-test-${recipe}/]\n`);
  for (const name of [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(path.resolve(folder, name), uid, uid);
  return folder;
}

/** How this machine reaches the registries, which is no tool of a user's. */
function network(): Record<string, string> {
  const names = ['NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** `base build go` with an empty PATH; as another user only where this one may become it. */
function build(
  cache: string,
  uid: number,
  { around = [], more = [] }: { readonly around?: readonly string[]; readonly more?: readonly string[] } = {},
): Promise<Ran> {
  const words = [...around, process.execPath, path.join(installed, 'bin/mcpcat.js')];
  const [program = '', ...args] = [
    ...words,
    'base',
    'build',
    'go',
    '--json',
    '--engine',
    `unix://${socket}`,
    ...more,
  ];
  const who = process.getuid?.() === 0 ? { uid, gid: uid } : {};
  return new Promise((resolve) => {
    const env = { ...network(), XDG_CACHE_HOME: cache, HOME: cache, PATH: '', NO_COLOR: '1' };
    execFile(program, args, { ...who, env, cwd: cache, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

async function imageOf(ran: Ran): Promise<{ reference: string; id: string }> {
  assert.equal(ran.code, 0, ran.stderr);
  const rows = JSON.parse(ran.stdout) as { stage: string; reference: string }[];
  const reference = rows.find(({ stage }) => stage === 'runtime')?.reference ?? '';
  made.add(reference);
  const image = await engine.inspectImage(reference);
  assert.ok(image !== undefined, reference);
  return { reference, id: image.id };
}

test('root and a user without rights, tools or a PATH make the same image', { timeout }, async (t) => {
  const ids: string[] = [];
  for (const uid of [0, nobody]) {
    const { reference, id } = await imageOf(await build(await cacheFor(t, { uid, recipe: 'users' }), uid));
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

interface Row {
  readonly kind: string;
  readonly stage: string;
  readonly state: string;
  readonly reference: string;
}

/** What a registry would call the image, whatever the engine has added of its own. */
async function digestOf(reference: string): Promise<string> {
  await using image = await repackImage(await engine.saveImage(reference));
  return image.manifest.digest;
}

test(
  'root and a user without rights, tools or a PATH install the same build bases, by the engine alone',
  { timeout: 1_800_000 },
  async (t) => {
    // What a run that was ended left behind would count as made.
    const recipe = `installed-${randomId()}`;
    const found: { readonly id: string | undefined; readonly digest: string }[] = [];
    let earlier: string | undefined;
    for (const uid of [nobody, 0]) {
      const cache = await cacheFor(t, { uid, recipe, kind: 'debian' });
      // What was fetched is kept by its hash, and looked at again: some 200 MB need not come once more.
      if (earlier !== undefined)
        cpSync(path.join(earlier, 'mcpcat/content'), path.join(cache, 'mcpcat/content'), { recursive: true });
      earlier = cache;
      const { code, stdout, stderr } = await build(cache, uid);
      assert.equal(code, 0, stderr);
      const rows = JSON.parse(stdout) as readonly Row[];
      assert.deepEqual([...new Set(rows.map(({ state }) => state))], ['built']);
      const bases = rows.filter(({ stage }) => stage === 'build').map(({ reference }) => reference);
      for (const { reference } of rows) made.add(reference);
      const [debian = '', go = '', ...others] = bases;
      assert.deepEqual(others, []);
      // The id of the first is the hash of all that it is; the second is that and a layer of the engine's own making.
      found.push({ id: (await engine.inspectImage(debian))?.id, digest: await digestOf(go) });
      const left = await engine.inspectImage(`${debian}-unfinished`);
      assert.equal(left, undefined);
      for (const { reference } of [...rows].toReversed())
        await engine.removeImage(reference, { force: true });
    }
    assert.ok(found[0]?.id !== undefined);
    assert.deepEqual(found[0], found[1]);
  },
);

test('two builds at once both end well, with one image', { timeout }, async (t) => {
  const caches = [
    await cacheFor(t, { uid: nobody, recipe: 'at-once' }),
    await cacheFor(t, { uid: nobody, recipe: 'at-once' }),
  ];
  const [one, two] = await Promise.all(caches.map(async (cache) => imageOf(await build(cache, nobody))));
  assert.deepEqual(one, two);
});

test(
  'a disk that fills in the middle is said; nothing half remains, in the cache or in the engine',
  { timeout },
  async (t) => {
    const cache = await cacheFor(t, { uid: 0, recipe: 'full-disk' });
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
    const { code, stderr } = await build(cache, 0, { around });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /no space left|disk is full/);
    assert.doesNotMatch(stderr, /\.tmp$/m);
    const now = await engine.listImages({ [label.base]: 'go-runtime' });
    assert.deepEqual(now.map(({ id }) => id).toSorted(), earlier.map(({ id }) => id).toSorted());
  },
);

test(
  'what the mirror has lost comes from the snapshot archive, and gives the same image; what is nowhere is said',
  { timeout },
  async (t) => {
    const [first, second, third] = [
      await cacheFor(t, { uid: 0, recipe: 'gone' }),
      await cacheFor(t, { uid: 0, recipe: 'gone' }),
      await cacheFor(t, { uid: 0, recipe: 'gone' }),
    ];
    const { reference, id } = await imageOf(await build(first, 0));
    await engine.removeImage(reference, { force: true });
    const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
    const lock = await readBaseLock(path.join(installed, 'templates'), 'go', platform);
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
    assert.deepEqual(await imageOf(await build(second, 0, { more: await placesOf(files) })), {
      reference,
      id,
    });
    await engine.removeImage(reference, { force: true });
    const gone = await build(third, 0, { more: await placesOf([]) });
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /neither http:\S+ nor the snapshot archive http:\S+ has the locked package/);
    assert.match(gone.stderr, /--newest-base/);
  },
);
