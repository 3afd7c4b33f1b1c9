/**
 * `npm run test:serve-clients`: other people's clients against `mcpcat serve` with real servers, on stdio and over HTTP:
 * MCP Inspector's command line, the Python SDK in both ways that it connects, and the conformance suite. Not among the
 * ordinary tests: they come from npm and PyPI each time; SERVE_CLIENTS names a folder that has `node_modules` and `venv`
 * already. The images of `time` and `everything` must be built.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { atHome } from '../rig/at-home.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, testEngine, type Ran } from '../rig/engine.ts';
import { fixtureCatalog } from '../rig/fixture-catalog.ts';
import { npmInstall } from '../rig/npm-install.ts';
import { withToken } from './with-token.ts';

const packages = ['@modelcontextprotocol/inspector@2.12.0', '@modelcontextprotocol/conformance@0.1.16'];
const pythonSdk = 'mcp==2.3.0';
/** Of the suite's scenarios for servers those that ask for what no server can say through stdio. */
const unfitting: readonly string[] = [
  // It wants a tool that closes its own HTTP stream: a server behind stdio has none.
  'server-sse-polling',
];
const timeout = 600_000;
const opened = closedAfterwards();
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-serve-clients-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const home = path.join(folder, 'home');
const installed = process.env['SERVE_CLIENTS'] ?? folder;
const inModules = (file: string): string => path.join(installed, 'node_modules/@modelcontextprotocol', file);
const inspector = inModules('inspector/clients/launcher/build/index.js');
const conformance = inModules('conformance/dist/index.js');
const python = path.join(installed, 'venv/bin/python');
const servers = ['time', 'everything'];

before(
  () => {
    if (installed !== folder) return;
    npmInstall(folder, packages);
    execFileSync('python3', ['-m', 'venv', path.join(folder, 'venv')]);
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', pythonSdk]);
  },
  { timeout },
);

async function start(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: atHome(home), timeout: 300_000, maxBuffer: 64 << 20, cwd: folder };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });
}

async function overHttp(
  ...words: readonly string[]
): Promise<{ readonly url: string; readonly token: string }> {
  const env = { ...atHome(home), PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, [mcpcat, 'serve', '--http', ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  opened.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const shown = await eventually(
    async () => Promise.resolve(said),
    (text) => /Authorization/.test(text),
  );
  const [, url = ''] = /serving at (\S+)/.exec(shown) ?? [];
  return { url, token: readFileSync(path.join(home, '.local/share/mcpcat/serve-token'), 'utf8').trim() };
}

const onStdio = [process.execPath, mcpcat, 'serve', ...servers];
const callTime = [
  '--method',
  'tools/call',
  '--tool-name',
  'time_get_current_time',
  '--tool-arg',
  'timezone=UTC',
];

async function inspected(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await start(process.execPath, [inspector, '--cli', ...words]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('MCP Inspector lists and calls on stdio and over HTTP', { timeout }, async () => {
  const listed = await inspected(...onStdio, '--method', 'tools/list');
  assert.match(listed, /"everything_echo"/);
  assert.match(await inspected(...onStdio, ...callTime), /UTC/);
  const { url, token } = await overHttp(...servers);
  const there = [url, '--transport', 'http', '--header', `Authorization: Bearer ${token}`];
  assert.match(await inspected(...there, '--method', 'tools/list'), /"everything_echo"/);
  assert.match(await inspected(...there, ...callTime), /UTC/);
  assert.match(await inspected(...there, '--method', 'prompts/list'), /"everything_simple_prompt"/);
  assert.match(await inspected(...there, '--method', 'resources/list'), /"uri"/);
});

for (const [mode, revision] of [
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
] as const)
  test(
    `the Python SDK (${mode}) lists, calls, hears of progress and reads on stdio and over HTTP`,
    { timeout },
    async () => {
      const script = path.join(import.meta.dirname, 'client.py');
      const { url, token } = await overHttp(...servers);
      for (const way of [
        ['stdio', ...onStdio],
        ['http', url, token],
      ]) {
        const { code, stdout, stderr } = await start(python, [script, mode, ...way]);
        assert.equal(code, 0, stderr);
        const told = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
        assert.equal(told['revision'], revision);
        assert.ok(Array.isArray(told['tools']) && told['tools'].includes('everything_echo'));
        assert.match(String(told['time']), /UTC/);
        assert.ok(
          Number(told['steps']) >= 4 && Number(told['prompts']) > 0 && Number(told['contents']) > 0,
          stdout,
        );
      }
    },
  );

test(
  'the conformance suite passes through serve with a server that has what it asks for',
  { timeout },
  async () => {
    const engine = await testEngine();
    const catalog = opened.use(
      await fixtureCatalog(engine, { conformance: '' }, { prefix: 'suite', server: 'conformance.js' }),
    );
    const { url, token } = await overHttp(...catalog.names, '--catalog', catalog.folder);
    const passed = await withToken(url, token);
    opened.defer(async () => Promise.resolve(passed.close()));
    const { stdout } = await start(process.execPath, [
      conformance,
      'server',
      '--url',
      passed.url,
      '--suite',
      'all',
    ]);
    const results = [...stdout.matchAll(/^(✓|✗) (\S+): (\d+) passed, (\d+) failed/gm)].map(
      ([, , name, good, bad]) => ({
        name: name ?? '',
        good: Number(good),
        bad: Number(bad),
      }),
    );
    assert.ok(results.length >= 30, stdout.slice(-3000));
    const failed = results.filter(
      ({ name, good, bad }) => !unfitting.includes(name) && (bad > 0 || good === 0),
    );
    assert.deepEqual(failed, [], stdout.slice(-6000));
  },
);
