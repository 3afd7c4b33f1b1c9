/** Real clients against `mcpcat serve` with real servers: both lines of the TypeScript SDK, and what is left behind. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Engine } from '../../src/engine/engine.ts';
import type { SessionFacts } from '../../src/launch/sessions.ts';
import { label } from '../../src/lib/labels.ts';
import { serveChaos } from '../chaos/serve.ts';
import { atHome } from '../rig/at-home.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, run, testEngine } from '../rig/engine.ts';

const timeout = 300_000;
const patience = { timeout: 120_000 };
const opened = closedAfterwards();
/** A home of its own: what servers offer is recorded there. */
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-serve-'));
opened.defer(() => rmSync(home, { recursive: true, force: true }));
let engine: Engine;

/** What the memory server keeps: nothing is written into it here, but the engine makes it where there is none. */
const kept = 'mcpcat-memory-graph';

before(async () => {
  engine = await testEngine();
  if ((await engine.inspectVolume(kept)) === undefined) opened.defer(() => engine.removeVolume(kept));
});

interface Launched {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly stderr: 'pipe';
}

function serve(...names: readonly string[]): Launched {
  return { command: process.execPath, args: [mcpcat, 'serve', ...names], env: atHome(home), stderr: 'pipe' };
}

/** Containers are labelled with the name that the client gives itself. */
function uniqueName(): string {
  return `serve-${String(Math.random()).slice(2)}`;
}

async function containersOf(client: string, state?: 'running'): Promise<number> {
  const found = await engine.listContainers({ [label.client]: client });
  return found.filter((one) => state === undefined || one.state === state).length;
}

async function nothingIsLeft(client: string): Promise<void> {
  await eventually(
    () => containersOf(client),
    (found) => found === 0,
  );
}

/** Everything that servers may ask of it. */
function ableClient(name: string): Client {
  const client = new Client(
    { name, version: '1' },
    { capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: { form: {} } } },
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: [{ uri: 'file:///somewhere', name: 'here' }],
  }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: 'none',
    role: 'assistant',
    content: { type: 'text', text: 'sampled by the test' },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
  opened.defer(async () => client.close());
  return client;
}

function textOf(result: unknown): string {
  return JSON.stringify(result);
}

test('the TypeScript SDK 1.x has everything of three servers through one process', { timeout }, async () => {
  const name = uniqueName();
  const client = ableClient(name);
  await client.connect(new StdioClientTransport(serve('everything', 'time', 'memory')), patience);
  const { tools } = await client.listTools({}, patience);
  const names = tools.map((tool) => tool.name);
  for (const wanted of ['everything_echo', 'time_get_current_time', 'memory_read_graph'])
    assert.ok(names.includes(wanted), wanted);
  assert.equal(new Set(names).size, names.length);
  // Recording is over, and nothing was called.
  assert.equal(await containersOf(name), 0);

  const echo = await client.callTool(
    { name: 'everything_echo', arguments: { message: 'hello' } },
    undefined,
    patience,
  );
  assert.match(textOf(echo), /hello/);
  assert.equal(await containersOf(name), 1);
  const time = await client.callTool(
    { name: 'time_get_current_time', arguments: { timezone: 'UTC' } },
    undefined,
    patience,
  );
  assert.match(textOf(time), /UTC/);
  assert.equal(await containersOf(name), 2);

  const steps: number[] = [];
  const long = { name: 'everything_trigger_long_running_operation', arguments: { duration: 1, steps: 4 } };
  await client.callTool(long, undefined, { ...patience, onprogress: ({ progress }) => steps.push(progress) });
  // This SDK forgets a call before it hears of progress that came in the same piece as the answer.
  assert.deepEqual(steps.slice(0, 3), [1, 2, 3]);

  const sampled = await client.callTool(
    { name: 'everything_trigger_sampling_request', arguments: { prompt: 'x', maxTokens: 5 } },
    undefined,
    patience,
  );
  assert.match(textOf(sampled), /sampled by the test/);
  const roots = await client.callTool(
    { name: 'everything_get_roots_list', arguments: {} },
    undefined,
    patience,
  );
  assert.match(textOf(roots), /somewhere/);

  const { prompts } = await client.listPrompts();
  assert.ok(
    prompts.some((prompt) => prompt.name === 'everything_simple_prompt'),
    textOf(prompts),
  );
  assert.match(textOf(await client.getPrompt({ name: 'everything_simple_prompt' })), /simple prompt/);
  const { resources } = await client.listResources();
  const [resource] = resources;
  assert.ok(resource);
  const { contents } = await client.readResource({ uri: resource.uri });
  assert.equal(contents[0]?.uri, resource.uri);
  const completed = await client.complete({
    ref: { type: 'ref/prompt', name: 'everything_completable_prompt' },
    argument: { name: 'department', value: 'E' },
  });
  assert.ok(completed.completion.values.length > 0, textOf(completed));
  await client.close();
  await nothingIsLeft(name);
});

test(
  'ps shows which servers are awake and how often they were called, stop puts one to sleep, and a call wakes it',
  { timeout },
  async () => {
    const name = uniqueName();
    const client = ableClient(name);
    await client.connect(new StdioClientTransport(serve('time', 'everything')), patience);
    const call = { name: 'time_get_current_time', arguments: { timezone: 'UTC' } };
    await client.callTool(call, undefined, patience);
    const shown = async (): Promise<readonly SessionFacts[]> => {
      const { stdout } = await run(['ps', '--json'], { env: atHome(home) });
      const all = JSON.parse(stdout) as readonly SessionFacts[];
      return all.filter((one) => one.client === name || one.id === '');
    };
    const state = ({ server, served }: SessionFacts): unknown => [server, served?.state, served?.calls];
    const awake = await eventually(shown, (found) => found.length === 2);
    assert.deepEqual(awake.map(state), [
      ['time', 'idle', 1],
      ['everything', 'asleep', 0],
    ]);
    assert.ok((awake[0]?.memoryBytes ?? 0) > 0, textOf(awake[0]));
    const stopped = await run(['stop', awake[0]?.id ?? ''], { env: atHome(home) });
    assert.match(stopped.stdout, /^stopped time /, stopped.stderr);
    assert.equal(await containersOf(name), 0);
    assert.deepEqual((await shown()).map(state), [
      ['time', 'asleep', 1],
      ['everything', 'asleep', 0],
    ]);
    assert.match(textOf(await client.callTool(call, undefined, patience)), /UTC/);
    await client.close();
    await nothingIsLeft(name);
    // It says so until it has ended itself, which is a moment later.
    await eventually(shown, (found) => found.length === 0);
  },
);

test('log messages and updates of resources reach the client that asked for them', { timeout }, async () => {
  const name = uniqueName();
  const client = ableClient(name);
  const logged = Promise.withResolvers<string>();
  const updated = Promise.withResolvers<string>();
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logged.resolve(params.level);
  });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    updated.resolve(params.uri);
  });
  await client.connect(new StdioClientTransport(serve('everything')), patience);
  await client.setLoggingLevel('debug');
  const { resources } = await client.listResources({}, patience);
  const uri = resources[0]?.uri ?? '';
  await client.subscribeResource({ uri }, patience);
  await client.callTool({ name: 'toggle_subscriber_updates', arguments: {} }, undefined, patience);
  await client.callTool({ name: 'toggle_simulated_logging', arguments: {} }, undefined, patience);
  assert.equal(await updated.promise, uri);
  assert.match(await logged.promise, /^[a-z]+$/);
  await client.close();
  await nothingIsLeft(name);
});

for (const mode of ['auto', { pin: '2026-07-28' }] as const) {
  const shown = typeof mode === 'string' ? mode : mode.pin;
  test(
    `the TypeScript SDK 2.x (${shown}) speaks the stateless revision with servers of an older one`,
    { timeout },
    async (t) => {
      const name = uniqueName();
      const client = new ModernClient(
        { name, version: '1' },
        {
          versionNegotiation: { mode },
          capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
        },
      );
      t.after(async () => client.close());
      // `everything` asks a third of a second after its start: in the middle of a call where the machine is slow.
      client.setRequestHandler('roots/list', () => ({ roots: [] }));
      client.setRequestHandler('sampling/createMessage', () => ({
        model: 'none',
        role: 'assistant' as const,
        content: { type: 'text' as const, text: 'sampled by the test' },
      }));
      await client.connect(new ModernTransport(serve('everything', 'time')), patience);
      const { tools } = await client.listTools({}, patience);
      assert.ok(tools.some((tool) => tool.name === 'everything_echo'));
      const echo = await client.callTool(
        { name: 'everything_echo', arguments: { message: 'hello' } },
        patience,
      );
      assert.match(textOf(echo), /hello/);
      const sampled = await client.callTool(
        { name: 'everything_trigger_sampling_request', arguments: { prompt: 'x', maxTokens: 5 } },
        patience,
      );
      assert.match(textOf(sampled), /sampled by the test/);
      const { resources } = await client.listResources({}, patience);
      const { contents } = await client.readResource({ uri: resources[0]?.uri ?? '' }, patience);
      assert.ok(contents.length > 0);
      await client.close();
      await nothingIsLeft(name);
    },
  );
}

/** Five servers of the sample, one of them with a folder. */
function writeProfile(): void {
  const data = path.join(home, 'data');
  mkdirSync(data);
  const profiles = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(profiles, { recursive: true });
  const plain = ['everything', 'time', 'memory', 'sequential-thinking'].map((server) => `  ${server}: {}\n`);
  const text = `servers:\n${plain.join('')}  filesystem: {mounts: {data: ${JSON.stringify(data)}}}\n`;
  writeFileSync(path.join(profiles, 'five.yaml'), text);
}

test(
  'SIGKILL of serve with the five servers of a profile at work leaves no container',
  { timeout },
  async () => {
    const name = uniqueName();
    writeProfile();
    const client = ableClient(name);
    const transport = new StdioClientTransport(serve('--profile', 'five'));
    await client.connect(transport, patience);
    const { tools } = await client.listTools({}, patience);
    assert.ok(tools.length > 30);
    const calls = [
      { name: 'everything_trigger_long_running_operation', arguments: { duration: 60, steps: 60 } },
      { name: 'time_get_current_time', arguments: { timezone: 'UTC' } },
      { name: 'memory_read_graph', arguments: {} },
      {
        name: 'sequential_thinking_sequentialthinking',
        arguments: { thought: 'x', thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
      },
      { name: 'filesystem_list_allowed_directories', arguments: {} },
    ];
    const [long, ...quick] = calls.map((call) =>
      client.callTool(call, undefined, patience).catch((error: unknown) => error),
    );
    await Promise.all(quick);
    // That of the long call has given no answer yet.
    await eventually(
      () => containersOf(name, 'running'),
      (found) => found === 5,
    );
    process.kill(transport.pid ?? 0, 'SIGKILL');
    await nothingIsLeft(name);
    assert.ok((await long) instanceof Error);
    await client.close();
  },
);

test('whenever and however serve ends, nothing of it is left', { timeout }, async () => {
  const servers = ['everything', 'time', 'memory', 'sequential-thinking'];
  const rounds = await serveChaos({ engine, rounds: 5, servers, seed: 7, onRound: () => undefined });
  assert.deepEqual(
    rounds.filter(({ left }) => left > 0),
    [],
  );
  // Where nothing ran nothing could be left.
  assert.ok(
    rounds.some(({ running }) => running > 0),
    JSON.stringify(rounds),
  );
});
