/** Everything that is fetched, behind mirrors of all places, a proxy with a password and an authority of a company's own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pulledImage } from '../../../src/catalog/quick-image.ts';
import { Lock } from '../../../src/catalog/lock.ts';
import { fetchArtifacts, goModFiles } from '../../../src/fetch/fetch-artifacts.ts';
import { Store } from '../../../src/fetch/store.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { pushImage, pushIndex } from '../../../src/registry/push.ts';
import { apiServer } from '../../engine/api-server.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { client, openRegistry, packedImage } from '../../registry/rig.ts';
import { closedAfterwards } from '../../rig/closed-afterwards.ts';
import { company, type Company } from '../../rig/company.ts';
import { project } from '../../rig/engine.ts';
import { FakeEngine } from '../../rig/fake-engine.ts';
import { answers, behindCache, files, uvTool, wheelName } from '../../rig/mirror-answers.ts';

const timeout = 240_000;
/** One of each kind; what their locks name is fetched as on any machine, or taken from its cache. */
const servers = ['memory', 'time', 'github'] as const;
const cache = thisHost().folders(process.env).cache;
const opened = closedAfterwards();
let corp: Company;

before(
  async () => {
    for (const name of servers) {
      const lock = Lock.parse(
        JSON.parse(readFileSync(path.join(project, 'catalog', name, 'lock.json'), 'utf8')),
      );
      const artifacts = [...lock.artifacts, ...goModFiles(lock.artifacts)];
      const store = new Store(cache);
      const found = await fetchArtifacts({ artifacts, store, subject: name, emit: () => undefined });
      artifacts.forEach(({ url }, index) => files.set(url, found[index] ?? ''));
    }
    const { url, sha256 } = uvTool();
    files.set(
      url,
      await new Store(cache).get({ url, hash: { algorithm: 'sha256', hex: sha256 }, subject: 'uv' }),
    );
    corp = await company(answers);
    opened.defer(() => corp.close());
  },
  { timeout },
);

const mirrors = {
  npm: 'https://reader:s3cret@npm.corp.test/api/npm/',
  pypi: 'https://reader:s3cret@pypi.corp.test/repo/simple',
  go: 'https://go.corp.test/goproxy',
  registry: 'images.corp.test/ghcr',
  debian: 'https://debian.corp.test/deb/debian',
  debianSnapshot: 'https://snapshot.corp.test/snap',
};

interface Done {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function settingsHome(context: TestContext, more: object): string {
  const settings = { proxy: corp.proxy, ca: corp.ca, mirrors: { ...mirrors, ...more } };
  return temporaryFolder(context, { '.config/mcpcat/settings.json': JSON.stringify(settings) });
}

/** mcpcat in a home with the company's settings file, and with nothing else of this machine's. */
function mcpcat(context: TestContext, words: readonly string[], more: object = {}): Promise<Done> {
  const home = settingsHome(context, more);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(project, 'bin/mcpcat.js'), ...words],
      { env: { PATH: process.env['PATH'], HOME: home } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const Generated = z.array(z.object({ name: z.string(), folder: z.string(), fingerprint: z.string() }));

test(
  'what locks name is fetched from the mirrors alone, and the locks stay as they are',
  { timeout },
  async (t) => {
    const [there, here] = [temporaryFolder(t), temporaryFolder(t)];
    const behind = await mcpcat(t, ['generate', ...servers, '--out', there, '--json']);
    assert.equal(behind.code, 0, behind.stderr);
    const env = { ...process.env, XDG_CACHE_HOME: path.dirname(cache) };
    const args = [path.join(project, 'bin/mcpcat.js'), 'generate', ...servers, '--out', here];
    await promisify(execFile)(process.execPath, args, { env });
    assert.deepEqual(contents(there), contents(here));
    assert.deepEqual([...corp.hosts].sort(), ['go.corp.test:443', 'npm.corp.test:443', 'pypi.corp.test:443']);
    assert.deepEqual(corp.refused, []);
    assert.equal(Generated.parse(JSON.parse(behind.stdout)).length, servers.length);
  },
);

/** Path → hash of each file. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const kept = names.filter((name) => statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(
    kept.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  );
}

test(
  'an image is pulled from the mirror of registries, by the digest of the catalog',
  { timeout },
  async (t) => {
    const registry = await openRegistry();
    t.after(() => registry[Symbol.asyncDispose]());
    behindCache.host = registry.host;
    await using image = await packedImage([[{ name: 'a', content: Buffer.alloc(100_000, 'x') }]], {
      config: { architecture: 'amd64' },
    });
    const target = { repository: 'owner/memory', tags: [] };
    const digest = await pushIndex(
      client(registry.host),
      [await pushImage(client(registry.host), image, target)],
      target,
    );
    const catalog = temporaryFolder(t, {
      'memory/server.yaml': readFileSync(path.join(project, 'catalog/memory/server.yaml'), 'utf8'),
      'memory/image.json': JSON.stringify({ digest, repository: 'ghcr.io/owner/memory' }),
    });
    const fake = new FakeEngine();
    const engine = await apiServer(t, fake);
    // The fake takes only archives of its own; what matters here has been read and checked by then.
    const loaded = JSON.stringify({ stream: `Loaded image: ${pulledImage('memory', { digest })}\n` });
    engine.odd.set('POST /images/load', (response) => {
      fake.addImage({ tags: [pulledImage('memory', { digest })] }, () => undefined);
      response.end(loaded);
    });
    const words = ['pull', 'memory', '--catalog', catalog, '--engine', `unix://${engine.socket}`];
    const { code, stdout, stderr } = await mcpcat(t, words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`memory +registry +mcpcat/memory:sha256-[0-9a-f]{32} +${digest}`));
    assert.match(stderr, /images\.corp\.test\/ghcr\/owner\/memory@sha256/);
    assert.ok(corp.hosts.has('images.corp.test:443'));
  },
);

test(
  'Debian packages come from the mirror, and from that of the snapshot archive',
  { timeout },
  async (t) => {
    const deb = (name: string): object => ({
      name,
      version: '1',
      architecture: 'all',
      pool: `debian/pool/main/${name}_1_all.deb`,
      snapshot: '20261127T080000Z',
      sha256: createHash('sha256').update(name).digest('hex'),
      bytes: name.length,
    });
    const home = settingsHome(t, {});
    const source = (file: string): string => JSON.stringify(path.join(project, 'src', file));
    const script = `
    import { prepareNetwork } from ${source('cli/network.ts')};
    import { fetchDebs } from ${source('debian/fetch-debs.ts')};
    import { Store } from ${source('fetch/store.ts')};
    import { thisHost } from ${source('host/this-host.ts')};
    import { hostFor } from ${source('upstream/hosts.ts')};
    const { env } = process;
    await prepareNetwork('base', { env, host: thisHost() });
    const places = { mirror: hostFor('debian', env), snapshotArchive: hostFor('debianSnapshot', env) };
    await fetchDebs(${JSON.stringify([deb('kept'), deb('left')])}, { store: new Store(env.HOME), places });`;
    const file = path.join(home, 'fetch.ts');
    writeFileSync(file, script);
    const env = { PATH: process.env['PATH'], HOME: home };
    await promisify(execFile)(process.execPath, [file], { env });
    assert.ok(corp.hosts.has('debian.corp.test:443') && corp.hosts.has('snapshot.corp.test:443'));
  },
);

test(
  'what is resolved anew comes from the mirrors, and its lock has public addresses',
  { timeout },
  async (t) => {
    const home = settingsHome(t, {
      npm: 'https://resolve.corp.test/npm',
      pypi: 'https://resolve.corp.test/py',
    });
    const source = (file: string): string => JSON.stringify(path.join(project, 'src', file));
    const file = path.join(home, 'resolve.ts');
    const script = `
    import { mkdirSync } from 'node:fs';
    import { prepareNetwork } from ${source('cli/network.ts')};
    import { Store } from ${source('fetch/store.ts')};
    import { thisHost } from ${source('host/this-host.ts')};
    import { resolveNpm } from ${source('update/npm.ts')};
    import { resolvePypi } from ${source('update/pypi.ts')};
    const { env } = process;
    await prepareNetwork('update', { env, host: thisHost() });
    const templates = ${JSON.stringify(path.join(project, 'templates'))};
    const urls = [];
    for (const [kind, resolve] of [['npm', resolveNpm], ['pypi', resolvePypi]]) {
      const folder = env.HOME + '/' + kind;
      mkdirSync(folder);
      const source = { kind, name: 'mcpcat-fixture', range: undefined };
      const { lock, files } = await resolve({ source, env, folder, templates, store: new Store(env.HOME) });
      urls.push(...lock.artifacts.map(({ url }) => url), JSON.stringify(files).includes('corp.test'));
    }
    console.log(JSON.stringify(urls));`;
    writeFileSync(file, script);
    const env = { PATH: process.env['PATH'], HOME: home };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    assert.deepEqual(JSON.parse(stdout), [
      'https://registry.npmjs.org/mcpcat-fixture/-/mcpcat-fixture-1.0.0.tgz',
      false,
      `https://files.pythonhosted.org/packages/aa/bb/${'c'.repeat(60)}/${wheelName}`,
      false,
    ]);
    assert.deepEqual(corp.refused, []);
  },
);

test(
  'what a mirror has not got is said with its name, and never with its password',
  { timeout },
  async (t) => {
    const words = ['generate', 'memory', '--out', temporaryFolder(t)];
    const { code, stderr } = await mcpcat(t, words, { npm: 'https://reader:s3cret@empty.corp.test' });
    assert.notEqual(code, 0);
    assert.match(stderr, /empty\.corp\.test has nothing by that name/);
    assert.doesNotMatch(stderr, /s3cret|l0velace/);
  },
);

test('a mirror that is none ends what fetches, with line and column', { timeout }, async (t) => {
  for (const [more, found] of [
    [
      { npm: 'http://npm.corp.test' },
      /settings\.json:1:\d+: mirrors\.npm: expected an https address, found http:\/\/npm\.corp\.test\nhint: http is for/,
    ],
    [
      { nmp: 'https://npm.corp.test' },
      /mirrors: expected npm, pypi, go, debian, debianSnapshot, registry, osv, found the key "nmp"/,
    ],
    [{ registry: 'http://images.corp.test' }, /mirrors\.registry: expected HOST\[:PORT\]\[\/PATH\]/],
    [{ go: 7 }, /mirrors\.go: expected an address in quotes, found/],
  ] as const) {
    const { code, stderr } = await mcpcat(t, ['update', 'time'], more);
    assert.equal(code, 2, stderr);
    assert.match(stderr, found);
  }
});
