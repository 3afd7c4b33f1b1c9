import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen, message } from './streams.ts';

const mebibyte = Buffer.alloc(1 << 20, 'x');

test('a line of 50 MB is refused with its beginning, and the messages after it arrive', async () => {
  const { write, messages, transport } = await listen();
  await write('{"jsonrpc":"2.0","id":1,"result":"');
  for (let sent = 0; sent < 50; sent++) await write(mebibyte);
  await write(`"}\n${JSON.stringify(message(2))}\n`);
  assert.deepEqual(messages, [message(2)]);
  assert.equal(transport.nonProtocolLines.length, 1);
  assert.equal(transport.nonProtocolLines[0]?.reason, 'too-long');
  assert.match(transport.nonProtocolLines[0]?.text ?? '', /^\{"jsonrpc":"2\.0","id":1,"result":"x{150,}$/);
});

test('a line that never ends does not fill the memory', async () => {
  const { write, transport } = await listen();
  const before = process.memoryUsage().arrayBuffers;
  for (let sent = 0; sent < 200; sent++) await write(mebibyte);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 64 << 20, `${String(grown >> 20)} MiB more after 200 MiB`);
  assert.equal(transport.nonProtocolLines.length, 1);
});

test('a message just below the limit arrives', async () => {
  const { write, messages, transport } = await listen();
  await write('{"jsonrpc":"2.0","id":1,"result":"');
  for (let sent = 0; sent < 31; sent++) await write(mebibyte);
  await write('"}\n');
  assert.equal(messages.length, 1);
  assert.deepEqual(transport.nonProtocolLines, []);
});

test('two lines that are too long one after the other are two faults', async () => {
  const { write, messages, transport } = await listen();
  for (let time = 0; time < 2; time++) {
    for (let sent = 0; sent < 33; sent++) await write(mebibyte);
    await write('\n');
  }
  await write(`${JSON.stringify(message(1))}\n`);
  assert.deepEqual(
    transport.nonProtocolLines.map(({ reason }) => reason),
    ['too-long', 'too-long'],
  );
  assert.deepEqual(messages, [message(1)]);
});
