import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { handshake, type HandshakeResult } from '../../src/mcp/handshake.ts';

type Answer = (params: Readonly<Record<string, unknown>>) => object | 'end' | undefined;

const hello: Answer = ({ protocolVersion }) => ({
  result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'fixture', version: '1' } },
});
const tool = (name: string): object => ({
  name,
  description: 'd',
  inputSchema: { type: 'object', b: 1, a: 2 },
});

/** A handshake with a server that is in this process; what it has no answer for, it never answers. */
async function shake(
  answers: Readonly<Record<string, Answer>>,
  options: { readonly call?: string; readonly noise?: string; readonly deadlineMs?: number } = {},
): Promise<HandshakeResult & { idle: number }> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  createInterface(stdin).on('line', (line) => {
    const { id, method, params } = JSON.parse(line) as {
      id?: number;
      method: string;
      params?: Record<string, unknown>;
    };
    const answer = answers[method]?.(params ?? {});
    if (answer === 'end') stdout.end();
    else if (answer !== undefined) stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
  });
  stdin.on('end', () => stdout.end());
  if (options.noise !== undefined) stdout.write(options.noise);
  let idle = 0;
  const beforeClose = (): Promise<void> => Promise.resolve(void idle++);
  const attachment = { stdin, stdout, stderr: new PassThrough(), destroy: () => undefined };
  const call = options.call === undefined ? undefined : { tool: options.call, arguments: {} };
  return {
    ...(await handshake(attachment, { deadlineMs: options.deadlineMs ?? 60_000, call, beforeClose })),
    idle,
  };
}

test('a sound server gives its facts, its tools and the answer of a call', async () => {
  const found = await shake(
    {
      initialize: hello,
      'tools/list': () => ({ result: { tools: [tool('echo')] } }),
      'tools/call': () => ({ result: { content: [{ type: 'text', text: 'hi' }] } }),
    },
    { call: 'echo', noise: 'a banner\n' },
  );
  assert.equal(found.failure, undefined);
  assert.deepEqual(found.serverInfo, { name: 'fixture', version: '1' });
  assert.deepEqual(
    found.tools.map(({ name }) => name),
    ['echo'],
  );
  assert.deepEqual(found.call, { isError: false, text: '[{"type":"text","text":"hi"}]' });
  assert.deepEqual(found.nonProtocolLines, [{ text: 'a banner', reason: 'not-json-rpc' }]);
  assert.equal(found.idle, 1, 'there is a moment while the server is idle and still open');
});

test('all pages of a list are read', async () => {
  const found = await shake({
    initialize: hello,
    'tools/list': ({ cursor }) =>
      cursor === undefined
        ? { result: { tools: [tool('a')], nextCursor: '2' } }
        : { result: { tools: [tool('b')] } },
  });
  assert.deepEqual([found.tools.map(({ name }) => name), found.pages], [['a', 'b'], 2]);
});

test('a list that goes round in a circle is a failure', async () => {
  const found = await shake({
    initialize: hello,
    'tools/list': () => ({ result: { tools: [tool('a')], nextCursor: 'same' } }),
  });
  assert.match(found.failure ?? '', /^tools\/list: the list does not end/);
});

test('a server that never answers is a failure after the deadline', async () => {
  assert.equal((await shake({}, { deadlineMs: 400 })).failure, 'initialize: no answer within 0.4 s');
  assert.equal(
    (await shake({ initialize: hello }, { deadlineMs: 2000 })).failure,
    'tools/list: no answer within 2 s',
  );
});

test('an answer that is an error is the failure, in the words of the server', async () => {
  for (const code of [-32000, -32001, -32603]) {
    const found = await shake({ initialize: () => ({ error: { code, message: 'no key' } }) });
    assert.match(found.failure ?? '', /^initialize: .*no key/);
  }
});

test('a server that ends without an answer is said to have', async () => {
  const found = await shake({ initialize: () => 'end' });
  assert.equal(found.failure, 'initialize: the server closed its output without an answer');
});

test('a call that fails is an error of the call and not of the handshake', async () => {
  const answers = { initialize: hello, 'tools/list': () => ({ result: { tools: [tool('echo')] } }) };
  const refused = await shake(
    { ...answers, 'tools/call': () => ({ error: { code: -32602, message: 'bad' } }) },
    { call: 'echo' },
  );
  assert.equal(refused.failure, undefined);
  assert.equal(refused.call?.isError, true);
});

test('the hash of a schema does not depend on the order of its keys', async () => {
  const schemas = [
    { type: 'object', b: 1, a: { d: 1, c: 2 } },
    { a: { c: 2, d: 1 }, b: 1, type: 'object' },
    { type: 'object', a: {} },
  ];
  const tools = schemas.map((inputSchema, index) => ({ name: String(index), inputSchema }));
  const found = await shake({ initialize: hello, 'tools/list': () => ({ result: { tools } }) });
  const hashes = found.tools.map(({ schema }) => schema);
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
});

test('what is asked as the input ends is answered, or is found to be lost', async () => {
  const answers = {
    initialize: hello,
    'tools/list': () => ({ result: { tools: [tool('echo')] } }),
    'tools/call': () => ({ result: { content: [] } }),
  };
  const sound = await shake(answers, { call: 'echo' });
  assert.deepEqual(await sound.unanswered, []);
  let lists = 0;
  const leaving: Record<string, Answer> = {
    ...answers,
    // As servers do that end with their input, whatever they are at.
    'tools/list': () => (++lists === 1 ? answers['tools/list']() : 'end'),
  };
  assert.deepEqual(await (await shake(leaving)).unanswered, ['tools/list']);
});

test('a refusal is an answer, and without tools nothing is asked', async () => {
  let lists = 0;
  const refusing: Record<string, Answer> = {
    initialize: hello,
    'tools/list': () =>
      ++lists === 1 ? { result: { tools: [] } } : { error: { code: -32000, message: 'no more' } },
  };
  assert.deepEqual(await (await shake(refusing)).unanswered, []);
  const none: Answer = ({ protocolVersion }) => ({
    result: { protocolVersion, capabilities: {}, serverInfo: { name: 'fixture', version: '1' } },
  });
  assert.equal((await shake({ initialize: none })).unanswered, undefined);
});
