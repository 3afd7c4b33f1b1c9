/** `run npm:NAME`, `call npm:NAME`, `install npm:NAME`: what no catalog has goes into the user's own, and starts when it is granted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { needyTarball } from '../add/tarball.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { mcpcat, project, run, testEngine, type Ran } from '../rig/engine.ts';
import { registry, type Package, type Registry } from '../update/registry.ts';

const timeout = 600_000;
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-package-'));
const catalog = path.join(home, '.local/share/mcpcat/catalog');
const cursor = path.join(home, '.cursor/mcp.json');
const opened = closedAfterwards();
opened.defer(() => rmSync(home, { recursive: true, force: true }));
let engine: Engine;
let npm: Registry;

before(
  async () => {
    engine = await testEngine();
    const manifest = { license: 'MIT', repository: 'https://github.com/someone/needy' };
    const packages = await Promise.all(
      ['host', 'nothing', 'impossible'].map(async (want): Promise<readonly [string, Package]> => {
        const manifests = { '1.0.0': { ...manifest, description: `MCP server that needs a ${want}` } };
        return [`needy-${want}`, { tarballs: { '1.0.0': await needyTarball(want) }, manifests }];
      }),
    );
    npm = opened.use(await registry('npm', Object.fromEntries(packages)));
    mkdirSync(path.dirname(cursor));
    opened.defer(async () => {
      for (const name of ['needy-host', 'needy-nothing'])
        await engine.removeImage(imageIn({ kind: 'folder', folder: catalog }, name), { force: true });
    });
  },
  { timeout },
);

function mcp(...args: readonly string[]): Promise<Ran> {
  return run(args, { env: { ...npm.env, HOME: home } });
}

test('a client is told what to do once, and nothing is fetched or written for it', { timeout }, async () => {
  const { code, stdout, stderr } = await mcp('run', 'npm:needy-host');
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(
    stderr,
    /npm:needy-host is in no catalog of yours yet\nhint: once, in a terminal: mcpcat install npm:needy-host/,
  );
  assert.ok(!existsSync(catalog));
});

test('a package that the catalog has is that server', { timeout }, async () => {
  const source = 'npm:@modelcontextprotocol/server-everything';
  const { code, stdout, stderr } = await mcp('call', source, 'get-sum', 'a=1', 'b=2');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The sum of 1 and 2 is 3/);
  assert.match(stderr, /npm:@modelcontextprotocol\/server-everything is in the catalog: everything/);
  assert.ok(!existsSync(catalog));
});

test(
  'install adds it, and without somebody who grants what it asks for no file is touched',
  { timeout },
  async () => {
    const { code, stderr } = await mcp('install', 'npm:needy-host', '--client', 'cursor', '--yes');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /needy-host: added to /);
    assert.match(
      stderr,
      /needy-host \(npm:needy-host\) asks for what nobody has granted yet:\n(.*\n)* .*api\.needy\.example-vendor\.io/,
    );
    assert.match(stderr, /hint: if that is right: mcpcat accept needy-host --catalog /);
    assert.ok(existsSync(path.join(catalog, 'needy-host/server.yaml')));
    assert.ok(!existsSync(cursor));
    const started = await mcp('call', 'npm:needy-host', 'get_answer');
    assert.equal(started.code, 2, 'nor does it start');
  },
);

test(
  'once granted it is installed and called, and by its name of the private catalog',
  { timeout },
  async () => {
    assert.equal((await mcp('accept', 'needy-host', '--catalog', catalog)).code, 0);
    const installed = await mcp('install', 'npm:needy-host', '--client', 'cursor', '--yes');
    assert.equal(installed.code, 0, installed.stderr);
    assert.doesNotMatch(installed.stderr, /adding it/);
    const text = readFileSync(cursor, 'utf8');
    const file = JSON.parse(text) as { mcpServers: Record<string, { args: string[] }> };
    assert.deepEqual(file.mcpServers['needy-host']?.args, ['run', 'needy-host', '--catalog', catalog]);
    const called = await mcp('call', 'npm:needy-host', 'get_answer');
    assert.deepEqual([called.code, called.stdout], [0, 'the answer is forty-two, as it always was\n']);
  },
);

test('a package that can not be verified is in no catalog afterwards', { timeout }, async () => {
  const { code, stderr } = await mcp('install', 'npm:needy-impossible', '--client', 'cursor', '--yes');
  assert.equal(code, 3);
  assert.match(stderr, /npm:needy-impossible could not be verified: no start of it got to a list of tools/);
  assert.match(stderr, /the moon is not full/);
  assert.ok(!existsSync(path.join(catalog, 'needy-impossible')));
});

test('at a terminal it is added, granted on a yes, and started', { timeout }, async () => {
  const line = `'${process.execPath}' '${mcpcat}' call npm:needy-nothing get_answer`;
  // util-linux: what is written to it is typed at the terminal.
  const terminal = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: project,
    stdio: 'pipe',
    env: { ...process.env, ...npm.env, HOME: home, NO_COLOR: '1' },
  });
  let said = '';
  terminal.stdout.on('data', (chunk: Buffer) => {
    const earlier = said;
    said += chunk.toString();
    if (/may it do this\? \[y\/N\]/.test(said) && !/may it do this\? \[y\/N\]/.test(earlier))
      terminal.stdin.write('y\n');
  });
  const code = await new Promise((resolve) => terminal.on('close', resolve));
  assert.equal(code, 0, said);
  assert.match(said, /adding it, which takes a minute or more/);
  assert.match(said, /the answer is forty-two, as it always was/);
});
