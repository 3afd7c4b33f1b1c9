/** Real clients and a real profile against `mcpcat serve --http`: the bundle, real servers, a receiver of traces. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { atHome } from '../rig/at-home.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, testEngine } from '../rig/engine.ts';
import { fixtureCatalog } from '../rig/fixture-catalog.ts';

const timeout = 300_000;
const patience = { timeout: 120_000 };
const opened = closedAfterwards();
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-serve-http-'));
opened.defer(() => rmSync(home, { recursive: true, force: true }));
let engine: Engine;

before(async () => {
  engine = await testEngine();
  const folder = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'work.yaml'),
    `servers:
  everything:
    tools: { deny: [get-sum] }
    maxResult: 1k
    callsPerMinute: 5
  time: { tools: { allow: ["get_*"] } }
  broken: { mounts: 3 }
`,
  );
});

interface Serving {
  readonly url: string;
  readonly token: string;
  readonly said: () => string;
  /** Ends it as a service manager does; its exit code. */
  readonly end: () => Promise<number | null>;
}

async function serve(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [mcpcat, 'serve', '--http', ...words], {
    env: { ...atHome(home), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  opened.defer(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const shown = await eventually(
    () => Promise.resolve(said),
    (text) => /serving at \S+\n.*Authorization/s.test(text),
  );
  const [, url = ''] = /serving at (\S+)/.exec(shown) ?? [];
  const [, token = ''] = /Bearer ([A-Za-z0-9_-]{40,})"/.exec(shown) ?? [];
  return {
    url,
    token,
    said: () => said,
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const running = async (client: string): Promise<number> =>
  (await engine.listContainers({ [label.client]: client })).length;
const name = (): string => `http-${String(Math.random()).slice(2)}`;
const textOf = (result: unknown): string => JSON.stringify(result);

test(
  'a profile over HTTP: both lines of the SDK, its rules, the log and the traces of calls',
  { timeout },
  async () => {
    const spans: { path: string; body: string }[] = [];
    const collector = http.createServer((request, response) => {
      void buffer(request).then((body) => {
        spans.push({ path: request.url ?? '', body: body.toString() });
        response.end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    opened.defer(() => void collector.close());
    const endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}`;
    const serving = await serve(['--profile', 'work'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    assert.match(serving.said(), /broken is not served: .*work\.yaml:7:13: servers\.broken\.mounts/);
    const requestInit = { headers: { Authorization: `Bearer ${serving.token}` } };

    const old = { name: name(), version: '1' };
    const client = new Client(old);
    const transport = new StreamableHTTPClientTransport(new URL(serving.url), { requestInit });
    await client.connect(transport, patience);
    const listed = (await client.listTools({}, patience)).tools.map((tool) => tool.name);
    assert.ok(listed.includes('everything_echo') && listed.includes('time_get_current_time'), textOf(listed));
    assert.ok(
      !listed.includes('everything_get_sum') && !listed.includes('time_convert_time'),
      textOf(listed),
    );
    const missing = await client.callTool({ name: 'mcpcat_status' }, undefined, patience);
    assert.match(textOf(missing), /broken is not served: .*expected a mapping, found 3/);
    await assert.rejects(client.callTool({ name: 'everything_get_sum', arguments: { a: 1, b: 2 } }));
    assert.equal(await running(old.name), 0);

    const time = { name: 'time_get_current_time', arguments: { timezone: 'UTC' } };
    assert.match(textOf(await client.callTool(time, undefined, patience)), /UTC/);
    assert.equal(await running(old.name), 1);
    const long = { name: 'everything_echo', arguments: { message: 'x'.repeat(5000) } };
    const cut = await client.callTool(long, undefined, patience);
    const link = (cut.content as { type: string; uri?: string }[]).find(
      ({ type }) => type === 'resource_link',
    );
    assert.ok(textOf(cut).length < 2500, textOf(cut));
    const whole = await client.readResource({ uri: link?.uri ?? '' });
    assert.ok(textOf(whole).includes('x'.repeat(5000)));
    const steps: number[] = [];
    const slow = { name: 'everything_trigger_long_running_operation', arguments: { duration: 1, steps: 4 } };
    await client.callTool(slow, undefined, {
      ...patience,
      onprogress: ({ progress }) => steps.push(progress),
    });
    assert.ok(steps.length >= 4, textOf(steps));
    await transport.terminateSession();
    await client.close();
    await eventually(
      () => running(old.name),
      (found) => found === 0,
    );

    const young = { name: name(), version: '1' };
    const modern = new ModernClient(young, { versionNegotiation: { mode: 'auto' } });
    await modern.connect(new ModernTransport(new URL(serving.url), { requestInit }), patience);
    assert.equal(modern.getNegotiatedProtocolVersion(), '2026-07-28');
    assert.match(textOf(await modern.callTool(time, patience)), /UTC/);
    const echo = { name: 'everything_echo', arguments: { message: 'hello' } };
    const answers: string[] = [];
    // More than a minute's worth, whatever the other client has used up.
    for (let turn = 0; turn < 6; turn++)
      answers.push(await modern.callTool(echo, patience).then(textOf, (error: unknown) => String(error)));
    assert.match(answers[0] ?? '', /hello/);
    assert.match(answers.at(-1) ?? '', /permits 5 calls a minute/);
    assert.equal(await running(young.name), 2);
    assert.equal(await serving.end(), 0);
    assert.equal(await running(young.name), 0);

    const log = await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [mcpcat, 'calls', '--json'], { env: atHome(home) });
      void buffer(child.stdout).then((bytes) => resolve(bytes.toString()));
    });
    const { calls } = JSON.parse(log) as { calls: { client: string; tool: string; outcome: string }[] };
    const seen = calls.map(
      (call) => `${call.client === old.name ? 'old' : 'young'} ${call.tool} ${call.outcome}`,
    );
    for (const line of ['old get_current_time ok', 'old echo ok', 'young echo ok', 'young echo refused'])
      assert.ok(seen.includes(line), `${line}: ${textOf(seen)}`);
    assert.ok(!log.includes('xxxx'));
    assert.equal(spans[0]?.path, '/v1/traces');
    const traced = spans.map(({ body }) => body).join('');
    for (const word of ['tools/call get_current_time', 'gen_ai.tool.name', '"tcp"'])
      assert.ok(traced.includes(word), word);
  },
);

test(
  'a second start shows the token no more, and a client without it gets nothing',
  { timeout },
  async () => {
    const serving = await serve(['time']);
    assert.match(serving.said(), /the token is in .*serve-token/);
    assert.equal(serving.token, '');
    const answer = await fetch(serving.url, { method: 'POST', body: '{}' });
    assert.equal(answer.status, 401);
    assert.equal(await serving.end(), 0);
  },
);

test(
  'sessions share the one container of an entry that says it keeps nothing, and it ends with the last',
  { timeout },
  async () => {
    const catalog = opened.use(
      await fixtureCatalog(
        engine,
        { 'keeps-nothing': 'sharing: stateless\nsmoke: {call: {tool: echo, arguments: {}}}\n' },
        'shared',
      ),
    );
    const [shared = ''] = catalog.names;
    const serving = await serve([shared, '--catalog', catalog.folder]);
    const token = readFileSync(path.join(home, '.local/share/mcpcat/serve-token'), 'utf8').trim();
    const requestInit = { headers: { Authorization: `Bearer ${token}` } };
    const clients = await Promise.all(
      [1, 2, 3].map(async () => {
        const client = new Client({ name: name(), version: '1' });
        const transport = new StreamableHTTPClientTransport(new URL(serving.url), { requestInit });
        await client.connect(transport, patience);
        return { client, transport };
      }),
    );
    const here = async (): Promise<number> =>
      (await engine.listContainers({ [label.server]: shared })).length;
    const calls = clients.map(async ({ client }, index) => {
      const call = { name: 'echo', arguments: { index, waitMs: 50 } };
      return textOf(await client.callTool(call, undefined, patience));
    });
    for (const [index, text] of (await Promise.all(calls)).entries())
      assert.ok(text.includes(`index\\":${String(index)}`), text);
    assert.equal(await here(), 1);
    const [first, ...others] = clients;
    await first?.transport.terminateSession();
    assert.equal(await here(), 1);
    for (const { transport } of others) await transport.terminateSession();
    await eventually(here, (found) => found === 0);
    for (const { client } of clients) await client.close();
    assert.equal(await serving.end(), 0);
  },
);
