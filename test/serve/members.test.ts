import assert from 'node:assert/strict';
import { test } from 'node:test';
import { membersOf, withMember } from '../../src/serve/members.ts';

function texts(text: string): Record<string, string> | undefined {
  const bytes = Buffer.from(text);
  const members = membersOf(bytes);
  return (
    members &&
    Object.fromEntries([...members].map(([name, { from, to }]) => [name, bytes.toString('utf8', from, to)]))
  );
}

test('members of an object are found without what is below them', () => {
  assert.deepEqual(texts(' { "a" : 1 , "b":{"a":[1,"}"]}, "c":"x\\\\\\"}" ,"d":[{"e":2}],"e":null} '), {
    a: '1',
    b: '{"a":[1,"}"]}',
    c: '"x\\\\\\"}"',
    d: '[{"e":2}]',
    e: 'null',
  });
  assert.deepEqual(texts('{}'), {});
});

test('a name may be written with escapes, and of two of one name the last counts', () => {
  assert.deepEqual(texts('{"\\u0069d":1,"id":2}'), { id: '2' });
});

for (const text of [
  '',
  '[]',
  '"a"',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1',
  '{"a":"1}',
  '{"a":1}x',
  '{"a":[1}',
  '{a:1}',
  '{"a":1,}',
])
  test(`no object: ${JSON.stringify(text)}`, () => {
    assert.equal(texts(text), undefined);
  });

test('a member is put in place of what was there, or added', () => {
  const put = (text: string): string =>
    withMember(Buffer.from(text), 'name', Buffer.from('"new"')).toString();
  assert.equal(put('{"name":"old","a":1}'), '{"name":"new","a":1}');
  assert.equal(put('{"a":1}'), '{"name":"new","a":1}');
  assert.equal(put(' {}'), ' {"name":"new"}');
});
