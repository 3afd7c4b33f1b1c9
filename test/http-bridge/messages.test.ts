import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clientMessage,
  errorLine,
  serverMessages,
  type ClientMessage,
} from '../../src/http-bridge/messages.ts';

const read = (value: unknown): ClientMessage | undefined => clientMessage(Buffer.from(JSON.stringify(value)));

test('requests, notifications and answers are told apart', () => {
  const kinds: readonly (readonly [value: unknown, ids: readonly string[], method: string | undefined])[] = [
    [{ id: 7, method: 'ping' }, ['7'], 'ping'],
    [{ method: 'ping', params: { id: 3 }, id: 'a"b\\' }, ['"a\\"b\\\\"'], 'ping'],
    [{ method: 'notifications/x', params: {} }, [], 'notifications/x'],
    [{ id: 1, result: { id: 2, method: 'no' } }, [], undefined],
    [{ id: 1, error: { code: 1, message: 'm' } }, [], undefined],
  ];
  for (const [value, ids, method] of kinds) {
    const message = read(value);
    assert.deepEqual([message?.ids, message?.method], [ids, method], JSON.stringify(value));
  }
});

test('an id has one spelling, whatever the server writes', () => {
  const [answer] = serverMessages(Buffer.from('{"id" : "\\u0061" , "result":{}}')) ?? [];
  assert.equal(answer?.answers, read({ id: 'a', method: 'ping' })?.ids[0]);
});

test('what a stateless request says of itself is found, and nothing of the arguments', () => {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const call = read({
    id: 1,
    method: 'tools/call',
    params: { arguments: { name: 'no', _meta: 1 }, name: 'yes', _meta: meta },
  });
  assert.deepEqual([call?.revision, call?.target], ['2026-07-28', 'yes']);
  assert.equal(read({ id: 1, method: 'resources/read', params: { uri: 'file:///x' } })?.target, 'file:///x');
  const cancelled = read({ method: 'notifications/cancelled', params: { requestId: 'r' } });
  assert.equal(cancelled?.cancels, '"r"');
});

for (const text of [
  '',
  'x',
  '1',
  '"a"',
  '{',
  '{"id":1',
  '{"id"}',
  '{"id":1,}',
  '[',
  '[1',
  '{"id":1}x',
  '{"method":',
  '{"a":"',
]) {
  test(`${text === '' ? 'nothing' : text} is no message, of either side`, () => {
    assert.equal(clientMessage(Buffer.from(text)), undefined);
    assert.equal(serverMessages(Buffer.from(text)), undefined);
  });
}

test('line breaks between the parts of an answer go, those inside of strings are escaped anyway', () => {
  const text = JSON.stringify({ id: 1, result: { text: 'one\ntwo' } }, null, 2).replaceAll('\n', '\r\n');
  const [message] = serverMessages(Buffer.from(text)) ?? [];
  assert.ok(message !== undefined && !/[\r\n]/.test(message.line.toString()));
  assert.deepEqual(JSON.parse(message.line.toString()), { id: 1, result: { text: 'one\ntwo' } });
});

test('a message of many brackets is looked through without building it', () => {
  const depth = 8 << 20;
  const text = Buffer.concat([
    Buffer.from('{"id":1,"result":'),
    Buffer.alloc(depth, '['),
    Buffer.alloc(depth, ']'),
    Buffer.from('}'),
  ]);
  const before = process.memoryUsage().heapUsed;
  const [message] = serverMessages(text) ?? [];
  assert.equal(message?.answers, '1');
  assert.ok(process.memoryUsage().heapUsed - before < 64 << 20);
});

test('thousands of quotes and backslashes are no riddle', () => {
  const value = { id: 2, result: { text: '\\"'.repeat(200_000), more: '\\'.repeat(200_000) } };
  const [message] = serverMessages(Buffer.from(JSON.stringify(value))) ?? [];
  assert.equal(message?.answers, '2');
});

test('an error line is valid, whatever the id', () => {
  const line = errorLine('"a\\"b"', { code: -32_000, message: 'line\nbreak' });
  assert.deepEqual(JSON.parse(line.toString()), {
    jsonrpc: '2.0',
    id: 'a"b',
    error: { code: -32_000, message: 'line\nbreak' },
  });
  assert.ok(!line.includes('\n'));
});
