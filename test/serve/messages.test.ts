import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessage } from '../../src/serve/read-message.ts';
import { writeMessage } from '../../src/serve/write-message.ts';

const long = 'x'.repeat(5000);

function read(value: unknown): ReturnType<typeof readMessage> {
  return readMessage(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
}

/** The same message, small and so long that it is not parsed as a whole. */
function bothSizes(value: object): object[] {
  return [value, { ...value, more: long }];
}

test('each kind of message is read and written as it was, big or small', () => {
  const messages = [
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } },
    { jsonrpc: '2.0', id: 'a', method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 0, result: { text: 'ä\u2028' } },
    { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'no' } },
  ];
  for (const message of messages)
    for (const sized of bothSizes(message)) {
      const found = read(sized);
      assert.ok(found.kind !== 'malformed');
      const text = writeMessage(found).map(String).join('');
      assert.deepEqual(JSON.parse(text), message);
    }
});

test('the text of a big result is passed on to the byte', () => {
  const body = `{ "content":[{"type":"text","text":"${long}\\u00e4"}],  "n":1.50}`;
  const found = read(`{"result":${body},"jsonrpc":"2.0","id":7}`);
  assert.ok(found.kind === 'result');
  assert.equal(found.result.bytes.toString(), body);
});

test('what is no message says why, and with which id it can be answered', () => {
  const cases: [unknown, string, unknown][] = [
    ['{', 'not-json', null],
    [`{"jsonrpc":"2.0","id":1,"method":"${long}`, 'not-json', null],
    [[{ jsonrpc: '2.0', id: 1, method: 'ping' }], 'batch', null],
    [`[${'{"jsonrpc":"2.0","id":1,"method":"ping"},'.repeat(200)}1]`, 'batch', null],
    ['7', 'not-json-rpc', null],
    [{ id: 3, method: 'ping' }, 'not-json-rpc', 3],
    [{ jsonrpc: '2.0', id: null, method: 'ping' }, 'not-json-rpc', null],
    [{ jsonrpc: '2.0', id: 1.5, method: 'ping' }, 'not-json-rpc', null],
    [{ jsonrpc: '2.0', id: 4 }, 'not-json-rpc', 4],
    [{ jsonrpc: '2.0', result: {} }, 'not-json-rpc', null],
  ];
  for (const [value, reason, id] of cases) {
    const found = read(value);
    assert.deepEqual(found, { kind: 'malformed', reason, id }, JSON.stringify(value).slice(0, 80));
  }
});
