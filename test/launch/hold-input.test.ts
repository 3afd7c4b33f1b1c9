import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdInput, type InputHold } from '../../src/launch/hold-input.ts';
import { messageHeads, type MessageHead } from '../../src/launch/message-heads.ts';

const long = 2 ** 30;
const ask = (id: unknown): Buffer => Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'm' })}\n`);
const answer = (id: unknown): Buffer =>
  Buffer.from(`${JSON.stringify({ result: {}, jsonrpc: '2.0', id })}\n`);

async function isSettled(hold: InputHold): Promise<boolean> {
  const settled = hold.settled().then(() => true);
  return Promise.race([settled, new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
}

test('the end of input waits for the last answer', async () => {
  const hold = holdInput(long);
  hold.asked(Buffer.concat([ask(1), ask('two')]));
  hold.answered(answer(1));
  const ended = hold.settled();
  assert.equal(await isSettled(hold), false);
  hold.answered(answer('two'));
  await ended;
  hold.over();
});

test('where nothing is asked or all is answered it does not wait', async () => {
  assert.equal(await isSettled(holdInput(long)), true);
  const hold = holdInput(long);
  hold.asked(Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}\n'));
  hold.asked(ask(1));
  hold.answered(answer(1));
  assert.equal(await isSettled(hold), true);
});

test('a question of the server is no answer, nor is the client’s answer to it a question', async () => {
  const hold = holdInput(long);
  hold.asked(ask(1));
  hold.answered(ask(1));
  assert.equal(await isSettled(hold), false);
  hold.asked(answer(9));
  hold.answered(answer(1));
  assert.equal(await isSettled(hold), true);
});

test('the grace ends it, and so does the end of the server', async () => {
  const hold = holdInput(1);
  hold.asked(ask(1));
  await hold.settled();
  const other = holdInput(long);
  other.asked(ask(1));
  other.over();
  await other.settled();
});

const messages: readonly (readonly [string, readonly MessageHead[]])[] = [
  ['{"jsonrpc":"2.0","id":1,"method":"a"}', [{ id: '1', isRequest: true }]],
  ['{ "id" : "x y\\"" , "result" : {"id":7,"method":"inner"} }', [{ id: '"x y\\""', isRequest: false }]],
  ['{"result":{"text":"}{\\"id\\":3"},"jsonrpc":"2.0","id":2}', [{ id: '2', isRequest: false }]],
  ['{"jsonrpc":"2.0","method":"n"}', []],
  ['{"id":null,"error":{}}', []],
  [
    '[{"id":1,"method":"a"},{"id":2,"result":[1,[2]]}]',
    [
      { id: '1', isRequest: true },
      { id: '2', isRequest: false },
    ],
  ],
  ['hello "world', []],
  ['}}}]', []],
  ['', []],
];

for (const size of [1, 3, 1000]) {
  test(`heads are found in pieces of ${String(size)} bytes, whatever stands between`, () => {
    const found: MessageHead[] = [];
    const take = messageHeads((head) => void found.push(head));
    const all = Buffer.from(messages.map(([line]) => `${line}\r\n`).join(''));
    for (let at = 0; at < all.length; at += size) take(all.subarray(at, at + size));
    assert.deepEqual(
      found,
      messages.flatMap(([, heads]) => heads),
    );
  });
}
