import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uriMap, type ServerUris } from '../../src/serve/uris.ts';

const memo: ServerUris = {
  server: 'memo',
  uris: ['memo://1', 'file:///a', 'x:1'],
  templates: ['memo://{id}'],
};
const other: ServerUris = {
  server: 'other',
  uris: ['file:///a', 'file:///b', 'x:2'],
  templates: ['file:///notes/{name}', 'file:///{+path}', 'same:{a}'],
};
const third: ServerUris = { server: 'third', uris: ['x:3'], templates: ['file:///{+path}', 'same:{a}'] };

test('with one server every URI is its own, as it is', () => {
  const map = uriMap([memo]);
  assert.deepEqual(map.origin('any:thing'), { server: 'memo', uri: 'any:thing' });
  assert.equal(map.shown({ server: 'memo', uri: 'file:///a' }), 'file:///a');
});

test('a URI stays as it is and leads to the server that lists it', () => {
  const map = uriMap([memo, other]);
  assert.equal(map.shown({ server: 'other', uri: 'file:///b' }), 'file:///b');
  assert.deepEqual(map.origin('file:///b'), { server: 'other', uri: 'file:///b' });
});

test('one that two servers list is marked for both, and the mark leads back', () => {
  const map = uriMap([memo, other]);
  for (const server of ['memo', 'other']) {
    const shown = map.shown({ server, uri: 'file:///a' });
    assert.equal(shown, `mcpcat+${server}:file:///a`);
    assert.deepEqual(map.origin(shown), { server, uri: 'file:///a' });
  }
  assert.equal(map.origin('file:///a'), undefined);
  assert.equal(map.shown({ server: 'other', uri: 'same:{a}' }), 'same:{a}');
});

test('one that nobody lists is of the template with the most text, or of a scheme that one server has to itself', () => {
  const map = uriMap([memo, other, third]);
  assert.equal(map.origin('memo://77')?.server, 'memo');
  assert.equal(map.origin('memo:elsewhere')?.server, 'memo');
  assert.equal(map.origin('file:///notes/x')?.server, 'other');
  assert.equal(map.origin('file:///else'), undefined);
  assert.equal(map.origin('x:4'), undefined);
  assert.equal(map.origin('unknown://1'), undefined);
  assert.equal(map.shown({ server: 'other', uri: 'same:{a}' }), 'mcpcat+other:same:{a}');
});

test('a URI of a result that would lead to another server is marked, one that leads nowhere is left alone', () => {
  const map = uriMap([memo, other]);
  assert.equal(map.shown({ server: 'other', uri: 'memo://1' }), 'mcpcat+other:memo://1');
  assert.equal(map.shown({ server: 'other', uri: 'https://example.com/' }), 'https://example.com/');
});

test('a server can neither take a marked name nor invent one', () => {
  const map = uriMap([memo, other]);
  const forged = 'mcpcat+memo:memo://1';
  assert.equal(map.shown({ server: 'other', uri: forged }), `mcpcat+other:${forged}`);
  assert.deepEqual(map.origin(`mcpcat+other:${forged}`), { server: 'other', uri: forged });
  assert.equal(map.origin('mcpcat+nobody:x:1'), undefined);
});

test('a template fits what something can stand for each of its expressions in, however the two are made', () => {
  const map = uriMap([
    { server: 'a', uris: [], templates: ['x://{a}/in/{b}.txt', `y:${'{a}'.repeat(1000)}z`] },
    { server: 'b', uris: ['x:1', 'y:1'], templates: [] },
  ]);
  assert.equal(map.origin('x://1/in/2.txt')?.server, 'a');
  assert.equal(map.origin('x:///in/.txt')?.server, 'a');
  for (const uri of ['x://1/out/2.txt', 'x://1/in/2.csv', 'x://1/in.txt'])
    assert.equal(map.origin(uri), undefined, uri);
  assert.equal(map.origin(`y:${'a'.repeat(100_000)}z`)?.server, 'a');
  assert.equal(map.origin(`y:${'a'.repeat(100_000)}`), undefined);
});
