import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { catalogCopy, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, project, run, testEngine } from '../rig/engine.ts';
import { hello } from '../rig/hello.ts';

const timeout = 300_000;
let engine: Engine;
const opened = closedAfterwards();
let catalog: CatalogCopy;
let home: string;

before(async () => {
  engine = await testEngine();
  catalog = opened.use(catalogCopy(['sequential-thinking'], engine));
  home = mkdtempSync(path.join(tmpdir(), 'mcpcat-first-'));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
});

const name = (): string => catalog.names['sequential-thinking'] ?? '';
const withoutImage = async (): Promise<void> => {
  for (const image of catalog.images) await engine.removeImage(image, { force: true });
};

test('a client is told which command makes the image, and nothing is built', { timeout }, async () => {
  await withoutImage();
  const { code, stdout, stderr } = await run(['run', name(), '--catalog', catalog.folder], { input: hello });
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /has no image on this engine yet\nhint: mcpcat build \S+, once, in a terminal/);
  assert.equal(await engine.inspectImage(catalog.images[0] ?? ''), undefined);
});

test(
  'at a terminal the image is built: progress on stderr, on stdout the server alone',
  { timeout },
  async () => {
    await withoutImage();
    const [out, err] = [path.join(home, 'out'), path.join(home, 'err')];
    const line = `'${process.execPath}' '${mcpcat}' run ${name()} --catalog '${catalog.folder}' >'${out}' 2>'${err}'`;
    // util-linux: what is written to it is typed at the terminal, and its end is Ctrl-D.
    const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: project, stdio: 'pipe' });
    const closed = new Promise((resolve) => terminal.on('close', resolve));
    terminal.stdout.resume();
    terminal.stdin.write(hello);
    // A slow machine gets a server that is slow to answer: who is at a terminal waits for it.
    const answered = (): Promise<boolean> => Promise.resolve(existsSync(out) && statSync(out).size > 0);
    await eventually(answered, (is) => is || terminal.exitCode !== null, { withinMs: 240_000 });
    terminal.stdin.end();
    const code = await closed;
    const said = readFileSync(err, 'utf8');
    assert.equal(code, 0, said);
    assert.match(said, /has no image on this engine yet: building it/);
    assert.match(said, /building: done \(\d+ MB\)/);
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /"protocolVersion"/);
  },
);

test(
  'a client that asks for it waits for the build; the next start finds the image',
  { timeout },
  async () => {
    await withoutImage();
    const args = ['run', name(), '--catalog', catalog.folder, '--build', 'missing'];
    const first = await run(args, { input: hello });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /building: done/);
    assert.equal(first.stdout.trim().split('\n').length, 1);
    const second = await run(args, { input: hello });
    assert.doesNotMatch(second.stderr, /building/);
  },
);

test(
  'whoever installs a server waits for its image, also in a script: the client that starts it would not',
  { timeout },
  async () => {
    await withoutImage();
    const cursor = path.join(home, '.cursor', 'mcp.json');
    const args = ['install', name(), '--client', 'cursor', '--yes', '--catalog', catalog.folder];
    const { code, stderr } = await run(args, { env: { HOME: home } });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /building: done/);
    assert.notEqual(await engine.inspectImage(catalog.images[0] ?? ''), undefined);
    const { mcpServers } = JSON.parse(readFileSync(cursor, 'utf8')) as {
      mcpServers: Record<string, { command: string; args: string[] }>;
    };
    const { command, args: words } = mcpServers[name()] ?? { command: '', args: [] };
    // As the client starts it: by the command that was written, without a PATH.
    const started = spawn(command, words, { env: { HOME: home }, stdio: ['pipe', 'pipe', 'ignore'] });
    started.stdin.end(hello);
    let said = '';
    for await (const chunk of started.stdout) said += String(chunk);
    assert.match(said, /"protocolVersion"/);
  },
);
