import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { AddReport } from '../../src/add/add.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { needyTarball } from '../add/tarball.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { mcpcat, noneLeft, run, testEngine } from '../rig/engine.ts';
import { registry, type Package, type Registry } from '../update/registry.ts';

const timeout = 900_000;
const prefix = `add-${String(process.pid)}`;
const readmes: Readonly<Record<string, string>> = {
  key: '```json\n{"mcpServers": {"needy": {"command": "npx", "args": ["-y", "needy-key"]}}}\n```\n',
  argument: 'Run it with `--transport stdio` in a client.\n',
};
const wants = ['key', 'url', 'folder', 'home', 'argument', 'host', 'fetch', 'banner', 'impossible'];
let engine: Engine;
const opened = closedAfterwards();
let npm: Registry;
let folder: string;
const made: string[] = [];

before(
  async () => {
    engine = await testEngine();
    const packages = await Promise.all(
      wants.map(async (want): Promise<readonly [string, Package]> => {
        const name = `needy-${want}`;
        const manifests = {
          '1.0.0': {
            license: 'MIT',
            description: `MCP server that needs a ${want}`,
            repository: 'https://github.com/someone/needy',
          },
        };
        return [name, { tarballs: { '1.0.0': await needyTarball(want, readmes[want] ?? '') }, manifests }];
      }),
    );
    npm = opened.use(await registry('npm', Object.fromEntries(packages)));
    folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-add-test-'));
    opened.defer(() => rmSync(folder, { recursive: true, force: true }));
    opened.defer(async () => {
      for (const name of made) {
        await engine.removeImage(imageIn({ kind: 'folder', folder }, name), { force: true });
        await noneLeft(engine, { [label.server]: name });
      }
    });
  },
  { timeout },
);

async function add(want: string, ...more: readonly string[]): Promise<AddReport & { readonly code: number }> {
  const name = `${prefix}-${want}`;
  made.push(name);
  const words = ['add', `npm:needy-${want}`, '--name', name, '--out', folder, '--json', ...more];
  const { code, stdout, stderr } = await run(words, { env: npm.env });
  assert.notEqual(stdout, '', stderr);
  return { ...(JSON.parse(stdout) as AddReport), code };
}

/** The entry as it lies in the catalog, and verified. */
async function added(want: string): Promise<NonNullable<AddReport['entry']>> {
  const report = await add(want);
  assert.equal(report.state, 'added', JSON.stringify(report, undefined, 1));
  assert.equal(report.code, 0);
  const { entry, lock } = await loadServer(folder, report.name);
  assert.ok(lock);
  assert.deepEqual(entry, report.entry);
  const files = readdirSync(path.join(folder, report.name)).toSorted();
  assert.deepEqual(files, [
    'history.json',
    'lock.json',
    'package-lock.json',
    'proof.json',
    'server.yaml',
    'surface.json',
    'tools.json',
  ]);
  assert.ok(await engine.inspectImage(imageIn({ kind: 'folder', folder }, report.name)));
  return entry;
}

test(
  'a key that it asks for becomes a required secret, and a tool that answers offline the smoke call',
  { timeout },
  async () => {
    const entry = await added('key');
    const { required, secret } = entry.env['NEEDY_API_KEY'] ?? {};
    assert.deepEqual([required, secret], [true, true]);
    assert.deepEqual(entry.permissions.network, []);
    assert.equal(entry.smoke.call?.tool, 'get_answer');
    assert.match(
      readFileSync(path.join(folder, entry.name, 'server.yaml'), 'utf8'),
      /^# yaml-language-server: .*\nname: /,
    );
  },
);

test(
  'an address that it asks for becomes a setting and the host in it the permission',
  { timeout },
  async () => {
    const entry = await added('url');
    assert.equal(entry.env['NEEDY_SERVER']?.required, true);
    assert.deepEqual(entry.permissions.network, ['{NEEDY_SERVER}']);
  },
);

test('a folder in its usage text becomes a mount and an argument', { timeout }, async () => {
  const entry = await added('folder');
  assert.deepEqual(entry.args, ['/data']);
  assert.deepEqual(
    entry.permissions.mounts.map(({ target, required }) => [target, required]),
    [['/data', true]],
  );
});

test('what it keeps in its home becomes state', { timeout }, async () => {
  const entry = await added('home');
  assert.deepEqual(
    entry.permissions.state.map(({ target }) => target),
    ['/home/mcpcat/.needy'],
  );
});

test('an option that its usage text names is found', { timeout }, async () => {
  assert.deepEqual((await added('argument')).args, ['--transport', 'stdio']);
});

test('a host that a tool reaches for is permitted, and only that', { timeout }, async () => {
  assert.deepEqual((await added('host')).permissions.network, ['api.needy.example-vendor.io']);
});

test(
  'a tool that fetches what the model names gets the internet, and that is said loudly',
  { timeout },
  async () => {
    const report = await add('fetch');
    assert.deepEqual(report.entry?.permissions.network.includes('*'), true);
    assert.ok(report.confirm.some(({ value, why }) => value === '*' && why.includes('THE WHOLE INTERNET')));
  },
);

test('a banner on stdout becomes an exception with its words', { timeout }, async () => {
  const entry = await added('banner');
  assert.match(entry.exceptions[0]?.reason ?? '', /Welcome to Needy!/);
});

test(
  'what can’t be verified lands nowhere, with its last words; --draft writes it all the same',
  { timeout },
  async () => {
    const report = await add('impossible');
    assert.equal(report.state, 'failed');
    assert.equal(report.code, 1);
    assert.match(report.failure?.detail.join('\n') ?? '', /the moon is not full/);
    assert.equal(existsSync(path.join(folder, report.name)), false);
    const draft = await add('impossible', '--draft');
    assert.deepEqual([draft.state, draft.code], ['draft', 1]);
    assert.equal(existsSync(path.join(folder, draft.name, 'server.yaml')), true);
    assert.equal(await engine.inspectImage(imageIn({ kind: 'folder', folder }, draft.name)), undefined);
  },
);

test('a dry run writes nothing, and a package that is there already is refused', { timeout }, async () => {
  const report = await add('banner', '--dry-run').catch((error: unknown) => error);
  assert.ok(report instanceof Error, 'its source is in the catalog already');
  const { code, stderr } = await run(['add', 'npm:needy-banner', '--out', folder], { env: npm.env });
  assert.equal(code, 2);
  assert.match(stderr, new RegExp(`is in the catalog already, as ${prefix}-banner`));
});

test('Ctrl-C leaves nothing behind', { timeout }, async () => {
  const name = `${prefix}-cancelled`;
  const out = path.join(folder, 'others');
  // A folder for temporary files of its own: others work on this machine too.
  const temporary = mkdtempSync(path.join(folder, 'tmp-'));
  const child = spawn(process.execPath, [mcpcat, 'add', 'npm:needy-key', '--name', name, '--out', out], {
    env: { ...process.env, ...npm.env, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const done = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.stderr.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('start 1')) child.kill('SIGINT');
  });
  assert.equal(await done, 130);
  assert.equal(existsSync(path.join(out, name)), false);
  await noneLeft(engine, { [label.server]: name });
  assert.deepEqual(readdirSync(temporary), []);
});

for (const [source, tool] of [
  ['npm:time-mcp', 'current_time'],
  ['pypi:mcp-dice', 'roll_dice'],
] as const)
  test(`${source}, a real package, is added unaided`, { timeout }, async () => {
    const name = `${prefix}-${source.split(':')[1] ?? ''}`;
    made.push(name);
    const { code, stdout, stderr } = await run(['add', source, '--name', name, '--out', folder, '--json']);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const tools = readFileSync(path.join(folder, name, 'tools.json'), 'utf8');
    assert.ok(tools.includes(`"${tool}"`), tools);
  });
