/** Servers that speak Streamable HTTP alone, behind `mcpcat run` as every client starts it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, fixtureImage, mcpcat, project, run, testEngine } from '../rig/engine.ts';

const timeout = 300_000;
const identity = { name: 'test', version: '1.0.0' };
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-http-'));
const real = 'http-everything';
const behaviours = ['none', 'late', 'dies', 'floods', 'ignores-everything'];
let engine: Engine;
const opened = closedAfterwards();
opened.defer(() => rmSync(folder, { recursive: true, force: true }));

before(
  async () => {
    engine = await testEngine();
    opened.defer(async () => {
      for (const name of [real, ...behaviours.map((behaviour) => `http-${behaviour}`)])
        await engine.removeImage(imageIn({ kind: 'folder', folder }, name), { force: true });
    });
    const entry = readFileSync(path.join(project, 'catalog/everything/server.yaml'), 'utf8');
    add(
      real,
      `${entry.replace(/^name: .*$/m, `name: ${real}`)}
args: [streamableHttp]
transport: {http: {port: 3001, env: {PORT: "3001"}}}
`,
    );
    // Of the same image as the entry that speaks stdio: its argument makes the difference.
    await engine.tagImage('mcpcat/everything:local', imageIn({ kind: 'folder', folder }, real));
    const source = readFileSync(path.join(project, 'test/fixtures/servers/http-server.js'), 'utf8');
    for (const behaviour of behaviours) {
      const name = `http-${behaviour}`;
      add(name, fixtureEntry(name));
      const entrypoint = ['/usr/local/bin/node', '/app/server.mjs', behaviour];
      await fixtureImage(engine, {
        tag: imageIn({ kind: 'folder', folder }, name),
        files: { 'server.mjs': source },
        entrypoint,
      });
    }
  },
  { timeout },
);

function add(name: string, text: string): void {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, 'server.yaml'), text);
}

function fixtureEntry(name: string): string {
  return `name: ${name}
title: Fixture
description: A fixture of the tests that speaks HTTP.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: npm:fixture
command: [fixture]
transport: {http: {port: 3000, path: /, env: {PORT: "3000"}}}
smoke: {call: {tool: echo, arguments: {text: hello}}}
`;
}

interface Launch {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly session: string;
}

function launch(server: string, more: readonly string[] = []): Launch {
  const session = `http-${String(Math.random()).slice(2)}`;
  const env = { ...process.env, CLAUDE_CODE_SESSION_ID: session } as Record<string, string>;
  return {
    command: process.execPath,
    args: [mcpcat, 'run', server, '--catalog', folder, ...more],
    env,
    session,
  };
}

async function nothingIsLeft(session: string): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.session]: session }),
    (found) => found.length === 0,
  );
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A launcher by hand. `said` resolves when the text has appeared on stdout. */
function started({ command, args, env }: Launch): {
  process: ReturnType<typeof spawn>;
  ended: Promise<Ended>;
  send: (message: object) => void;
  said: (text: string) => Promise<unknown>;
} {
  const child = spawn(command, args, { env, cwd: project });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  return {
    process: child,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text }))),
    send: (message) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    said: (wanted) =>
      eventually(
        () => Promise.resolve(text.stdout),
        (all) => all.includes(wanted),
      ),
  };
}

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: identity },
};

test(
  'a real client lists, calls, hears of progress, and answers what the server asks',
  { timeout },
  async () => {
    const { session, ...parameters } = launch(real);
    const client = new Client(identity, { capabilities: { sampling: {}, elicitation: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'fake',
      role: 'assistant',
      content: { type: 'text', text: 'from the client' },
    }));
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
    await client.connect(new StdioClientTransport({ ...parameters, stderr: 'ignore' }));
    const text = async (
      tool: string,
      given: Record<string, unknown>,
      onprogress?: () => void,
    ): Promise<string> =>
      JSON.stringify(
        await client.callTool({ name: tool, arguments: given }, undefined, onprogress ? { onprogress } : {}),
      );
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'echo'));
    assert.match(await text('echo', { message: 'täglich' }), /Echo: täglich/);
    let progress = 0;
    await text('trigger-long-running-operation', { duration: 1, steps: 3 }, () => progress++);
    assert.ok(progress > 0);
    assert.match(await text('trigger-sampling-request', { prompt: 'p', maxTokens: 10 }), /from the client/);
    assert.match(await text('trigger-elicitation-request', {}), /Ada/);
    const echoes = Array.from({ length: 150 }, (_, index) =>
      text('echo', { message: `number ${String(index)}` }),
    );
    for (const [index, echo] of (await Promise.all(echoes)).entries())
      assert.ok(echo.includes(`number ${String(index)}`));
    await client.close();
    await nothingIsLeft(session);
  },
);

test('a client of the stateless revision falls back to what the server speaks', { timeout }, async () => {
  const { session, ...parameters } = launch(real);
  const client = new ModernClient(identity, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new ModernTransport({ ...parameters, stderr: 'ignore' }));
  assert.ok((await client.listTools()).tools.length > 0);
  await client.close();
  await nothingIsLeft(session);
});

test(
  'everything sent at once and the input closed: every answer arrives, on stdout nothing else',
  { timeout },
  async () => {
    const it = launch('http-none');
    const { process: child, ended, send } = started(it);
    send(initialize);
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/list' });
    child.stdin?.end();
    const { code, stdout, stderr } = await ended;
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    assert.deepEqual([code, ids], [0, [1, 2]]);
    assert.match(stderr, /this line is for people/);
    await nothingIsLeft(it.session);
  },
);

test('what is sent and answered passes untouched, by the megabyte', { timeout }, async () => {
  const it = launch('http-none');
  const { process: child, ended, send } = started(it);
  const text = 'täglich\n'.repeat(1 << 19);
  send(initialize);
  send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text } } });
  child.stdin?.end();
  const lines = (await ended).stdout.trim().split('\n');
  const { result } = JSON.parse(lines[1] ?? '') as { result: { content: [{ text: string }] } };
  assert.ok(result.content[0].text === text, `${String(result.content[0].text.length)} characters came back`);
});

test('a server that begins to listen late is waited for, also without any network', { timeout }, async () => {
  const it = started(launch('http-late', ['--deny-network']));
  it.send(initialize);
  await it.said('http-fixture');
  it.process.stdin?.end();
  await it.ended;
});

test(
  'a server that ends in the middle of a call: the call is answered, its exit code passed on',
  { timeout },
  async () => {
    const it = launch('http-dies');
    const { send, said, ended } = started(it);
    send(initialize);
    await said('http-fixture');
    send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: {} } });
    const { code, stdout } = await ended;
    assert.equal(code, 7);
    assert.match(stdout, /"id":2,"error":\{"code":-32000,"message":"mcpcat: /);
    await nothingIsLeft(it.session);
  },
);

test('an answer without end is given up, and the session goes on', { timeout }, async () => {
  const it = launch('http-floods');
  const { process: child, send, said, ended } = started(it);
  send(initialize);
  await said('http-fixture');
  send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: {} } });
  await said('a message of more than 64 MB');
  send({ id: 3, method: 'ping' });
  await said('"id":3');
  child.stdin?.end();
  await ended;
});

for (const server of ['none', 'ignores-everything']) {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`nothing is left of "${server}" after ${signal}`, { timeout }, async () => {
      const it = launch(`http-${server}`);
      const { process: child, send, said, ended } = started(it);
      send(initialize);
      await said('http-fixture');
      child.kill(signal);
      await ended;
      await nothingIsLeft(it.session);
    });
  }
}

test('the smoke test speaks to it over the same tunnel', { timeout }, async () => {
  for (const name of [real, 'http-none']) {
    const { code, stdout, stderr } = await run(['test', name, '--catalog', folder, '--json']);
    const [report] = JSON.parse(stdout) as { passed: boolean; tools: number; findings: unknown[] }[];
    assert.deepEqual([code, report?.passed], [0, true], `${stderr}\n${JSON.stringify(report?.findings)}`);
    assert.ok((report?.tools ?? 0) > 0);
    if (name === 'http-none') assert.deepEqual(report?.findings, []);
  }
});

test("a permitted host on the server's own port is refused before anything exists", { timeout }, async () => {
  const { code, stderr } = await run([
    'run',
    'http-none',
    '--catalog',
    folder,
    '--allow',
    'db.example.com:3000',
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /http-none listens on port 3000 itself, so db\.example\.com:3000 can't be permitted/);
});
