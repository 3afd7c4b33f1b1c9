import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { project, testEngine } from '../rig/engine.ts';

const timeout = 300_000;
/**
 * Bytes. 0.1.0 had 7,164,312 packed and 25,703,860 unpacked with its own files alone; its dependencies came on top. All
 * definitions of all tools, which `serve` shows without starting anything, are 0.9 MB of the first.
 */
const maxPackedBytes = 4_300_000;
const maxUnpackedBytes = 12_851_930;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
}

const exec = promisify(execFile);
const opened = closedAfterwards();
let work: string;
let home: string;
let packed: Packed;

/** The package as somebody gets it, from a copy of this tree: a test writes nothing into the tree itself. */
before(
  async () => {
    await testEngine();
    work = mkdtempSync(path.join(tmpdir(), 'mcpcat-package-'));
    opened.defer(() => rmSync(work, { recursive: true, force: true }));
    const copy = path.join(work, 'tree');
    for (const file of tracked()) cpSync(path.join(project, file), path.join(copy, file));
    symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'));
    const { stdout } = await exec('npm', ['pack', '--json', '--pack-destination', work], {
      cwd: copy,
      env: { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    });
    packed = packedOf(JSON.parse(stdout));
    home = path.join(work, 'home');
    mkdirSync(path.join(work, 'prefix'));
    mkdirSync(home);
    // Without a registry: everything that it runs with is in it.
    const install = [
      'install',
      '--offline',
      '--no-audit',
      '--no-fund',
      '--prefix',
      path.join(work, 'prefix'),
    ];
    await exec('npm', [...install, path.join(work, packed.filename)], {
      env: { ...process.env, HOME: home },
    });
  },
  { timeout },
);

/** What a commit would hold, and the files of a commit that is being made. */
function tracked(): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', list, { cwd: project, encoding: 'utf8', maxBuffer: 64 << 20 }).split(
    '\0',
  );
  return names.filter((name) => /^(bin|catalog|scripts|src|templates)\/|^[^/]+$/.test(name));
}

/** npm has given a list, and later an object by name. */
function packedOf(answer: unknown): Packed {
  const [first] = Object.values(answer as Record<string, Packed>);
  assert.ok(first);
  return first;
}

const installed = (): string => path.join(work, 'prefix/node_modules/@mcpcat-run/cli');
const program = (): string => path.join(work, 'prefix/node_modules/.bin/mcpcat');
const env = (): Record<string, string> => ({
  HOME: home,
  PATH: '/usr/bin:/bin',
  ...(process.env['DOCKER_HOST'] === undefined ? {} : { DOCKER_HOST: process.env['DOCKER_HOST'] }),
});

async function mcpcat(...args: string[]): Promise<string> {
  const { stdout } = await exec(process.execPath, [program(), ...args], { cwd: work, env: env() });
  return stdout;
}

test('the package is smaller than it was, with all that came since, and needs no other', () => {
  assert.ok(packed.size <= maxPackedBytes, `packed: ${String(packed.size)} bytes`);
  assert.ok(packed.unpackedSize <= maxUnpackedBytes, `unpacked: ${String(packed.unpackedSize)} bytes`);
  const manifest = JSON.parse(readFileSync(path.join(installed(), 'package.json'), 'utf8')) as object;
  assert.ok(!('dependencies' in manifest), 'what it runs with is bundled: a devDependency');
  assert.deepEqual(readdirSync(path.join(work, 'prefix/node_modules/@mcpcat-run')), ['cli']);
  assert.match(
    readFileSync(path.join(installed(), 'dist/LICENSES.txt'), 'utf8'),
    /= zod [\s\S]*Permission is hereby/,
  );
});

test('help, list, info and doctor work from an empty folder', { timeout }, async () => {
  assert.match(await mcpcat('--help'), /^mcpcat runs MCP servers/);
  const { servers } = JSON.parse(readFileSync(path.join(installed(), 'packed/catalog.json'), 'utf8')) as {
    servers: object;
  };
  assert.equal((JSON.parse(await mcpcat('list', '--json')) as unknown[]).length, Object.keys(servers).length);
  const page = await mcpcat('info', 'everything');
  assert.match(page, /"command": "mcpcat"/);
  assert.doesNotMatch(page, /checkout/);
  assert.match(await mcpcat('doctor'), /^ok +.*linux\/amd64|linux\/arm64/m);
});

test('its locks give the very images that a checkout builds', { timeout }, async () => {
  for (const name of ['everything', 'time']) {
    // The checkout first, with this machine's network and cache: the package then has nothing left to fetch.
    const args = [path.join(project, 'bin/mcpcat.js'), 'build', name, '--json'];
    const { stdout } = await exec(process.execPath, args, { cwd: work });
    const [first] = JSON.parse(stdout) as { fingerprint: string; image: string }[];
    const [second] = JSON.parse(await mcpcat('build', name, '--json')) as (typeof first & {
      state: string;
    })[];
    assert.equal(second?.state, 'unchanged');
    assert.deepEqual([second.fingerprint, second.image], [first?.fingerprint, first?.image]);
  }
});

test('without any network but the engine, a client gets an answer', { timeout }, async () => {
  const transport = new StdioClientTransport({
    command: 'unshare',
    args: ['-n', process.execPath, program(), 'run', 'everything'],
    env: env(),
    cwd: work,
    stderr: 'pipe',
  });
  const client = new Client({ name: 'package-test', version: '1.0.0' });
  await client.connect(transport);
  const answer = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  await client.close();
  assert.match(JSON.stringify(answer.content), /hello/);
});

test('what would write into the package says which catalog it needs', async () => {
  await assert.rejects(mcpcat('update', 'everything'), {
    code: 2,
    stderr:
      /expected a folder as catalog here, found that of the package, which is only read\nhint: .*--catalog DIR/,
  });
});
