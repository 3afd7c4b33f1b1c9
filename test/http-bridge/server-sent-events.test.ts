import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from '../../src/http-bridge/allowance.ts';
import { TooLong } from '../../src/http-bridge/gathering.ts';
import { ServerSentEvents } from '../../src/http-bridge/server-sent-events.ts';

const stream = [
  '\uFEFFdata: {"first":1}\r\n\r\n',
  ': a comment\n\nid: 7\nevent: message\ndata:{"a":\ndata: 2}\n\n',
  'event: endpoint\rdata: /x\r\r',
  'retry: 250\nid: 8\n\n',
  'unknown: field\ndata\n\n',
  'data: täglich\n\ndata: never ended',
].join('');
const expected = [
  ['message', '{"first":1}'],
  ['message', '{"a": 2}'],
  ['endpoint', '/x'],
  ['message', ''],
  ['message', 'täglich'],
];

for (const size of [1, 2, 3, 5, 1000]) {
  test(`events are found in pieces of ${String(size)} bytes`, () => {
    const allowance = new Allowance(1000);
    const events = new ServerSentEvents(allowance);
    const bytes = Buffer.from(stream);
    const found: string[][] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const { type, data } of events.take(bytes.subarray(at, at + size)))
        found.push([type, data.toString()]);
    assert.deepEqual(found, expected);
    assert.deepEqual([events.lastId, events.retry], ['8', 250]);
    events.drop();
    assert.ok(allowance.take(1000), 'what was held is given back');
  });
}

test('an id that fits no header is not kept', () => {
  const events = new ServerSentEvents(new Allowance(100));
  assert.deepEqual([...events.take(Buffer.from('id: good\nid: b\u0001d\nid: schön\n\n'))], []);
  assert.equal(events.lastId, 'good');
});

test('all streams of a bridge together hold no more than they may', () => {
  const allowance = new Allowance(100);
  const one = new ServerSentEvents(allowance);
  const other = new ServerSentEvents(allowance);
  assert.deepEqual([...one.take(Buffer.from(`data: ${'x'.repeat(54)}`))], []);
  assert.throws(() => [...other.take(Buffer.alloc(41, 'x'))], TooLong);
  one.drop();
  assert.deepEqual([...other.take(Buffer.alloc(41, 'x'))], []);
});

test('a megabyte of empty lines costs no time', () => {
  const events = new ServerSentEvents(new Allowance(100));
  const before = process.cpuUsage();
  for (let count = 0; count < 16; count++) assert.deepEqual([...events.take(Buffer.alloc(65_536, '\n'))], []);
  // Of this process: what the machine does besides does not count.
  assert.ok(process.cpuUsage(before).user < 5_000_000);
});
