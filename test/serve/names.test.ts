import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { maxNameLength, nameMap, type ServerNames } from '../../src/serve/names.ts';

const catalog = path.resolve(import.meta.dirname, '../../catalog');

interface ToolsFile {
  readonly tools: readonly { readonly name: string }[];
}

function wholeCatalog(): ServerNames[] {
  return readdirSync(catalog).flatMap((server) => {
    const file = path.join(catalog, server, 'tools.json');
    if (!existsSync(file)) return [];
    const { tools } = JSON.parse(readFileSync(file, 'utf8')) as ToolsFile;
    return [{ server, names: tools.map(({ name }) => name) }];
  });
}

function shownOf(servers: readonly ServerNames[]): string[] {
  const map = nameMap(servers);
  return servers.flatMap(({ server, names }) => names.map((name) => map.shown({ server, name }) ?? ''));
}

test('every tool of every server of the catalog at once: no two names alike, each back to its origin, each short and plain', () => {
  const servers = wholeCatalog();
  const map = nameMap(servers);
  const seen = new Map<string, string>();
  for (const { server, names } of servers)
    for (const name of new Set(names)) {
      const shown = map.shown({ server, name }) ?? '';
      assert.match(shown, /^[a-z_][a-z0-9_]*$/);
      assert.ok(shown.length <= maxNameLength, shown);
      assert.equal(seen.get(shown), undefined);
      seen.set(shown, `${server} ${name}`);
      assert.deepEqual(map.origin(shown), { server, name });
    }
  assert.ok(
    servers.length > 100 && seen.size > 3000,
    `${String(servers.length)} servers, ${String(seen.size)} tools`,
  );
});

test('each server of the catalog alone: no two names alike', () => {
  for (const { server, names } of wholeCatalog()) {
    const shown = shownOf([{ server, names: [...new Set(names)] }]);
    assert.equal(new Set(shown).size, shown.length, server);
  }
});

test('with what the clients put in front, a name has no more than 64 characters', () => {
  assert.ok(`mcp__mcpcat__${'x'.repeat(maxNameLength)}`.length <= 64);
});

test('the order of servers and tools changes no name', () => {
  const servers = wholeCatalog();
  const turned = servers.toReversed().map(({ server, names }) => ({ server, names: names.toReversed() }));
  const map = nameMap(turned);
  const straight = nameMap(servers);
  for (const { server, names } of servers)
    for (const name of names)
      assert.equal(map.shown({ server, name }), straight.shown({ server, name }), `${server} ${name}`);
});

test('the server stands in front of its tools, unless it is the only one', () => {
  assert.deepEqual(shownOf([{ server: 'brave-search', names: ['webSearch', 'getURLOf', 'x-y'] }]), [
    'web_search',
    'get_url_of',
    'x_y',
  ]);
  assert.deepEqual(
    shownOf([
      { server: 'brave-search', names: ['webSearch'] },
      { server: 'time', names: ['3d', ''] },
    ]),
    ['brave_search_web_search', 'time_3d', 'time__'],
  );
});

test('of names that a client would take for one, the plain one stays and the others end with a hash', () => {
  const names = ['a.b', 'a/b', 'a:b', 'a_b', 'A_B', 'ä', 'ö', '3'];
  const shown = shownOf([{ server: 's', names }]);
  assert.equal(new Set(shown).size, names.length);
  assert.equal(shown[3], 'a_b');
  for (const name of [...shown.slice(0, 3), shown[4] ?? '']) assert.match(name, /^a_b_[0-9a-f]{8}$/);
  assert.equal(shown.at(-1), '_3');
});

test('two servers whose names run together with their tools have both a hash', () => {
  const shown = shownOf([
    { server: 'a', names: ['b_c'] },
    { server: 'a-b', names: ['c'] },
  ]);
  assert.match(shown[0] ?? '', /^a_b_c_[0-9a-f]{8}$/);
  assert.match(shown[1] ?? '', /^a_b_c_[0-9a-f]{8}$/);
  assert.notEqual(shown[0], shown[1]);
});

test('a tool that is called as another with its hash gets another name', () => {
  const [long = ''] = shownOf([{ server: 's', names: ['x'.repeat(60)] }]);
  assert.equal(long.length, maxNameLength);
  const both = shownOf([{ server: 's', names: ['x'.repeat(60), long] }]);
  assert.equal(both[1], long);
  assert.notEqual(both[0], long);
});

test('what nobody was shown has no origin', () => {
  const map = nameMap([{ server: 's', names: ['a', 'a'] }]);
  assert.deepEqual(map.origin('a'), { server: 's', name: 'a' });
  assert.equal(map.origin('b'), undefined);
  assert.equal(map.shown({ server: 't', name: 'a' }), undefined);
});
