import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import { idOfEnds } from '../../src/serve/id-of-ends.ts';
import type { JsonObject } from '../../src/lib/json-value.ts';
import { readLines } from '../../src/serve/read-lines.ts';
import { serveStdio } from '../../src/serve/stdio-front.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

const echo = { name: 'echo' };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

interface Answer {
  readonly id?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly result?: JsonObject;
}

/** Writes lines to a serve on stdio and closes; what it answered, when it is over. */
async function over(
  lines: readonly unknown[],
  script: Script = {},
): Promise<{ answers: Answer[]; server: ScriptedServer }> {
  const server = new ScriptedServer({ tools: [echo], ...script });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const line of lines) stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  stdin.end();
  await serveStdio({ hub, stdin, stdout, client: () => 'test' });
  await hub.close();
  const text = Buffer.concat(chunks).toString().trim();
  return { answers: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Answer), server };
}

function errorsOf(answers: readonly Answer[]): (readonly [unknown, number | undefined])[] {
  return answers.map(({ id, error }) => [id, error?.code]);
}

test('garbage, batches, other JSON and odd ids are each answered with an error, and the session goes on', async () => {
  const { answers } = await over([
    'hello?',
    '{"jsonrpc":"2.0","id":1,',
    [initialize],
    { id: 7, method: 'ping' },
    { jsonrpc: '2.0', id: 1.5, method: 'ping' },
    { jsonrpc: '2.0', id: 8, method: 'ping', params: [1] },
    '',
    { jsonrpc: '2.0', id: 9, method: 'ping' },
  ]);
  assert.deepEqual(errorsOf(answers), [
    [null, -32_700],
    [null, -32_700],
    [null, -32_600],
    [7, -32_600],
    [null, -32_600],
    [8, -32_600],
    [9, undefined],
  ]);
});

test('a call before initialize is refused and starts nothing', async () => {
  const { answers, server } = await over([
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } },
  ]);
  assert.equal(answers[0]?.error?.message, 'tools/call came before initialize');
  assert.equal(server.starts, 0);
});

test('two open requests of one id: the second is refused, the first is answered', async () => {
  const call = { jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'echo' } };
  const { answers } = await over([initialize, call, call], { answer: () => ({ content: [] }) });
  assert.deepEqual(errorsOf(answers), [
    [1, undefined],
    [5, -32_600],
    [5, undefined],
  ]);
});

test('a client that closes its input in mid-call still gets its answer', async () => {
  const { answers, server } = await over(
    [initialize, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo' } }],
    { answer: () => ({ content: [] }) },
  );
  assert.deepEqual(answers[1]?.result, { content: [] });
  assert.equal(server.life.isClosed, true);
});

test('a client that closes its input while a list is asked for still gets it', async () => {
  const line = (id: number, method: string, params = {}): unknown => ({ jsonrpc: '2.0', id, method, params });
  const server: ScriptedServer = new ScriptedServer({
    tools: [echo],
    prompts: [{ name: 'p' }],
    answer: () => ({ content: [] }),
    lists: ({ id, method }) => {
      if (method !== 'prompts/list') return undefined;
      setImmediate(() => setImmediate(() => server.life.answer(id, { prompts: [{ name: 'p' }] })));
      return 'wait';
    },
  });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let text = '';
  stdout.on('data', (chunk: Buffer) => (text += String(chunk)));
  const ended = serveStdio({ hub, stdin, stdout, client: () => 'test' });
  stdin.write(`${JSON.stringify(initialize)}\n`);
  stdin.write(`${JSON.stringify(line(2, 'tools/call', { name: 'echo' }))}\n`);
  while (!text.includes('"id":2')) await quiet();
  stdin.end(`${JSON.stringify(line(3, 'prompts/list'))}\n`);
  await ended;
  await hub.close();
  assert.match(text, /"id":3,"result":\{"prompts":\[\{"name":"p"\}\]\}/);
});

test('answers and cancellations of things that were never asked change nothing', async () => {
  const { answers } = await over([
    initialize,
    { jsonrpc: '2.0', id: 99, result: {} },
    { jsonrpc: '2.0', id: null, error: { code: 1, message: '' } },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } },
    { jsonrpc: '2.0', method: 'notifications/cancelled' },
    { jsonrpc: '2.0', id: 2, method: 'ping' },
  ]);
  assert.deepEqual(errorsOf(answers), [
    [1, undefined],
    [2, undefined],
  ]);
});

test('a server of 5,000 tools is listed on one page, and of two tools of one name the first is', async () => {
  const tools = Array.from({ length: 5000 }, (_value, index) => ({ name: `tool_${String(index)}` }));
  const { answers } = await over([initialize, { jsonrpc: '2.0', id: 2, method: 'tools/list' }], {
    tools: [...tools, { name: 'tool_7', description: 'another' }],
  });
  const listed = answers[1]?.result?.['tools'];
  assert.ok(Array.isArray(listed));
  assert.equal(listed.length, 5000);
  assert.deepEqual(listed[7], { name: 'tool_7' });
  assert.equal(answers[1]?.result?.['nextCursor'], undefined);
});

test('a server that floods with messages that nobody asked for costs no answer', async () => {
  const server = new ScriptedServer({ tools: [echo] });
  const client = new ScriptedClient(
    createHub({ servers: [server.served], say: () => undefined, version: '0' }),
  );
  await client.initialize();
  await client.ask('tools/call', { name: 'echo' });
  for (let count = 0; count < 10_000; count += 1) {
    void server.life.send({ kind: 'notification', method: 'notifications/progress', params: undefined });
    server.life.answer(1000 + count, {});
  }
  const before = client.received.length;
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), {});
  assert.equal(client.received.length, before + 1);
});

test('a line that is longer than any may be is not kept, and its id is known from its ends', async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  const tooLong: (string | number | undefined)[] = [];
  const ended = Promise.withResolvers<void>();
  readLines(
    stream,
    {
      line: (bytes) => void lines.push(bytes.toString()),
      tooLong: (ends) => void tooLong.push(idOfEnds(ends)),
      end: ended.resolve,
    },
    1000,
  );
  const filler = JSON.stringify('x'.repeat(5000));
  stream.write(`{"jsonrpc":"2.0","id":3,"result":${filler}}\n`);
  for (const piece of [`{"result":{"a":`, filler, `},"jsonrpc":"2.0","id":"four"}\nshort\n`])
    stream.write(piece);
  stream.write(`{"method":"x","params":{"id":5,"a":${filler}}}\nlast`);
  stream.end();
  await ended.promise;
  assert.deepEqual(tooLong, [3, 'four', undefined]);
  assert.deepEqual(lines, ['short', 'last']);
});

test('a reader that is busy holds back the stream, and no line is lost or out of order', async () => {
  const stream = new PassThrough({ highWaterMark: 16 });
  const lines: string[] = [];
  const ended = Promise.withResolvers<void>();
  readLines(stream, {
    line: async (bytes) => {
      await quiet();
      lines.push(bytes.toString());
    },
    tooLong: () => undefined,
    end: ended.resolve,
  });
  const sent = Array.from({ length: 50 }, (_value, index) => `line ${String(index)}`);
  for (let at = 0; at < sent.length; at += 7) stream.write(`${sent.slice(at, at + 7).join('\n')}\n`);
  stream.end();
  await ended.promise;
  assert.deepEqual(lines, sent);
});

test('a server whose answer is too large gives that call an error, and goes on', async () => {
  const server = new ScriptedServer({ tools: [echo], answer: () => 'wait' });
  const { served } = server;
  const large: ((id: number) => void)[] = [];
  const open: typeof served.open = async (events, options) => {
    large.push((id) => events.tooLarge(id));
    return served.open(events, options);
  };
  const client = new ScriptedClient(
    createHub({ servers: [{ ...served, open }], say: () => undefined, version: '0' }),
  );
  await client.initialize();
  const call = client.ask('tools/call', { name: 'echo' });
  while (server.requests('tools/call').length === 0) await quiet();
  large[0]?.(Number(server.requests('tools/call')[0]?.id));
  await assert.rejects(call, /larger than any message may be/);
});
