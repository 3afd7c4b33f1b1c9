import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { listen, message } from './streams.ts';

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

test('one message a line arrives in order, also several in one piece', async () => {
  const { write, messages, transport } = await listen();
  await write(line(message(1)) + line(message(2)) + line(message(3)));
  assert.deepEqual(messages, [message(1), message(2), message(3)]);
  assert.deepEqual(transport.nonProtocolLines, []);
});

test('a message that is cut at any byte, also within a character, arrives whole', async () => {
  const wanted = message(1, { result: { text: 'größer 猫 🐈' } });
  const bytes = Buffer.from(line(wanted));
  for (let at = 0; at <= bytes.length; at++) {
    const { write, messages } = await listen();
    await write(bytes.subarray(0, at));
    await write(bytes.subarray(at));
    assert.deepEqual(messages, [wanted], `cut at byte ${String(at)}`);
  }
});

test('a message that arrives byte by byte arrives whole', async () => {
  const wanted = message(7, { result: 'üü' });
  const { stdout, write, messages } = await listen();
  for (const byte of Buffer.from(line(wanted))) stdout.write(Buffer.from([byte]));
  await write('');
  assert.deepEqual(messages, [wanted]);
});

test('line ends of Windows and empty lines are no noise', async () => {
  const { write, messages, transport } = await listen();
  await write(`\r\n\n  \n${JSON.stringify(message(1))}\r\n`);
  assert.deepEqual(messages, [message(1)]);
  assert.deepEqual(transport.nonProtocolLines, []);
});

test('an answer that breaks off with the server is no noise, a last word without a line end is', async () => {
  for (const { last, noise } of [
    { last: JSON.stringify(message(1, { result: { text: 'a long answer' } })).slice(0, -9), noise: [] },
    { last: '[INFO] goodbye', noise: ['[INFO] goodbye'] },
    { last: '{"level":"info"}', noise: ['{"level":"info"}'] },
    { last: '{goodbye', noise: ['{goodbye'] },
  ]) {
    const { stdout, write, transport } = await listen();
    await write(last);
    stdout.end();
    await turn();
    await turn();
    assert.deepEqual(
      transport.nonProtocolLines.map(({ text: said }) => said),
      noise,
    );
  }
});

test('the last line counts without a line end too', async () => {
  const { stdout, write, messages, said } = await listen();
  await write(JSON.stringify(message(1)));
  assert.deepEqual(messages, []);
  stdout.end();
  await turn();
  await turn();
  assert.deepEqual(messages, [message(1)]);
  assert.equal(said.closed, true);
});

test('what is no JSON-RPC is recorded and does not stop the messages', async () => {
  const noise = [
    'Server running on stdio',
    '{"level":"info"}',
    '[1]',
    'null',
    '"x"',
    '{"jsonrpc":"1.0","id":1}',
    '{"jsonrpc":"2.0"',
  ];
  const { write, messages, transport } = await listen();
  await write(`${noise.join('\n')}\n${line(message(1))}`);
  assert.deepEqual(messages, [message(1)]);
  assert.deepEqual(
    transport.nonProtocolLines,
    noise.map((noisy) => ({ text: noisy, reason: 'not-json-rpc' })),
  );
});

test('a batch is no message: the revisions that we speak have none', async () => {
  const { write, messages, transport } = await listen();
  await write(line([message(1), message(2)]));
  assert.deepEqual([messages.length, transport.nonProtocolLines.length], [0, 1]);
});

test('of endless noise only the beginning is kept', async () => {
  const { write, transport } = await listen();
  await write(`${'x'.repeat(1000)}\n`.repeat(1000));
  assert.equal(transport.nonProtocolLines.length, 20);
  assert.equal(transport.nonProtocolLines[0]?.text.length, 200);
});

test('bytes that are no text are noise and not an exception', async () => {
  const { write, messages, transport } = await listen();
  await write(Buffer.from([0xff, 0xfe, 0x00, 0x80, 10]));
  await write(line(message(1)));
  assert.deepEqual([messages.length, transport.nonProtocolLines.length], [1, 1]);
});

test('what is sent is one line each, and closing closes only our half', async () => {
  const { transport, stdin, stdout, messages, write } = await listen();
  const sent = text(stdin);
  await transport.send(message(1, { params: { text: 'two\nlines' } }));
  await transport.send(message(2));
  await transport.close();
  assert.equal(await sent, line(message(1, { params: { text: 'two\nlines' } })) + line(message(2)));
  assert.equal(stdout.destroyed, false);
  await write(line(message(3)));
  assert.deepEqual(messages, [message(3)]);
});

test('a broken stream is an error and a close', async () => {
  const { stdout, said } = await listen();
  stdout.destroy(new Error('reset'));
  await turn();
  await turn();
  assert.deepEqual(said, { closed: true, errors: ['reset'] });
});

test('sending to a server that is gone rejects', async () => {
  const { transport, stdin } = await listen();
  stdin.on('error', () => undefined);
  stdin.destroy();
  await assert.rejects(transport.send(message(1)));
});
