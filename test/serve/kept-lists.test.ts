import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { hubPolicy } from '../../src/policy/hub-policy.ts';
import { openPolicy as openServer, type ServerPolicy } from '../../src/policy/server-policy.ts';
import { KeptLists } from '../../src/serve/kept-lists.ts';
import { openPolicy } from '../../src/serve/policy.ts';
import type { ShownServer } from '../../src/serve/shown-server.ts';
import { viewOf, type View } from '../../src/serve/view.ts';
import { forClient } from '../../src/surface/for-client.ts';
import { lateSurface } from '../../src/surface/quick-surface.ts';
import type { RevisionSurface } from '../../src/surface/surface.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';

function rules(policies: Readonly<Record<string, Partial<ServerPolicy>>> = {}): ReturnType<typeof hubPolicy> {
  const all = Object.entries(policies).map(([name, one]) => [name, { ...openServer, ...one }] as const);
  return hubPolicy(new Map(all), { now: () => 0, newId: () => '' });
}

/** How often its lists were asked for is said. */
function shown(
  server: string,
  revision: Partial<RevisionSurface> = {},
): ShownServer & { readonly read: () => number } {
  const surface = aSurface({}, revision);
  let read = 0;
  const late = lateSurface(surface, {
    sha256: surfaceSha256(surface),
    whole: () => {
      read += 1;
      return surface;
    },
    onFault: (error) => assert.fail(String(error)),
  });
  const [first] = late.revisions;
  assert.ok(first !== undefined);
  return { server, surface: first, read: () => read };
}

const prompts = [{ name: 'Say it' }];
const resources = [{ uri: 'x:1', name: 'one' }];

function whatIsIn({ lists, tool, prompt, uris }: View): unknown {
  const tools = ['a_forecast', 'a_now', 'b_now', 'now', 'b_forecast', ''].map(tool);
  const values = [lists.tools, lists.prompts, lists.resources, lists.resourceTemplates].map(
    ({ value }) => value,
  );
  return { values, tools, prompts: [prompt('a_say_it'), prompt('b_say_it')], uri: uris.origin('x:1') };
}

test('the next process shows the same without reading a surface, and the way back is the same', async (t) => {
  const folder = temporaryFolder(t);
  const kept = (): KeptLists => new KeptLists({ folder, version: '1', owns: () => true });
  const servers = () => [shown('a', { prompts, resources }), shown('b')] as const;
  const [a, b] = servers();
  const made = viewOf([a, b], rules(), kept());
  const expected = whatIsIn(viewOf(servers(), rules()));
  assert.deepEqual(whatIsIn(made), expected);
  await turn();
  const [first, second] = servers();
  const found = viewOf([first, second], rules(), kept());
  assert.deepEqual(found.lists.tools.bytes, made.lists.tools.bytes);
  assert.deepEqual(found.tool('b_now'), { server: 'b', name: 'now' });
  assert.deepEqual([first.read(), second.read()], [0, 0]);
  assert.deepEqual(whatIsIn(found), expected);
});

test('they are of exactly these servers, surfaces, rules and this version, or made anew', async (t) => {
  const folder = temporaryFolder(t);
  const options = { folder, version: '1', owns: () => true };
  const [a, b] = [shown('a'), shown('b')];
  const kept = new KeptLists(options);
  void viewOf([a, b], rules(), kept).lists;
  await turn();
  assert.ok(kept.find([a, b], rules()) !== undefined);
  const denying = rules({ a: { tools: { allow: undefined, deny: ['now'] } } });
  assert.equal(kept.find([a, b], denying), undefined);
  assert.equal(kept.find([a, b], rules({ a: { readOnly: true } })), undefined);
  assert.equal(kept.find([a, b], openPolicy), undefined, 'nobody says what it goes by');
  assert.equal(kept.find([b, a], rules()), undefined);
  assert.equal(kept.find([a], rules()), undefined);
  assert.equal(kept.find([a, shown('b', { tools: [{ name: 'now' }] })], rules()), undefined);
  assert.equal(kept.find([a, { ...b, surface: { ...b.surface } }], rules()), undefined, 'changed since');
  assert.equal(new KeptLists({ ...options, version: '2' }).find([a, b], rules()), undefined);
  assert.equal(new KeptLists({ ...options, owns: () => false }).find([a, b], rules()), undefined);
  const [file = ''] = readdirSync(folder);
  for (const text of ['', '{}', 'x\n\n\n', '["1"]\n']) {
    writeFileSync(path.join(folder, file), text);
    assert.equal(kept.find([a, b], rules()), undefined);
  }
});

test('of a file that was cut anywhere nothing is shown', async (t) => {
  const folder = temporaryFolder(t);
  const kept = new KeptLists({ folder, version: '1', owns: () => true });
  const servers = [shown('a', { prompts, resources })];
  void viewOf(servers, rules(), kept).lists;
  await turn();
  const file = path.join(folder, readdirSync(folder)[0] ?? '');
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    assert.equal(kept.find(servers, rules()), undefined, `of ${String(length)} bytes`);
  }
  writeFileSync(file, Buffer.concat([whole, Buffer.from('x')]));
  assert.equal(kept.find(servers, rules()), undefined, 'with more');
  writeFileSync(file, whole);
  assert.ok(kept.find(servers, rules()) !== undefined);
});

test('what a client can not use is left out of what is kept for it, not for others', async (t) => {
  const kept = new KeptLists({ folder: temporaryFolder(t), version: '1', owns: () => true });
  const all = shown('a', { forAbleClients: ['now'] });
  const some = { server: 'a', surface: forClient(all.surface, {}) };
  void viewOf([some], rules(), kept).lists;
  await turn();
  assert.deepEqual(kept.find([some], rules())?.names().tools, [['forecast', 'a', 'forecast']]);
  assert.equal(kept.find([all], rules()), undefined);
});

test('lists that could not be read are not kept', async (t) => {
  const folder = temporaryFolder(t);
  const kept = new KeptLists({ folder, version: '1', owns: () => true });
  const { revisions } = lateSurface(aSurface(), {
    sha256: 'abc',
    whole: () => assert.fail('changed since'),
    onFault: () => undefined,
  });
  const servers = revisions.map((surface) => ({ server: 'a', surface }));
  assert.deepEqual(viewOf(servers, rules(), kept).lists.tools.value, { tools: [] });
  await turn();
  assert.deepEqual(readdirSync(folder), []);
});

test("two profiles, and clients that are shown other tools, do not take each other's", async (t) => {
  const kept = new KeptLists({ folder: temporaryFolder(t), version: '1', owns: () => true });
  const all = shown('a', { forAbleClients: ['now'] });
  const some = { server: 'a', surface: forClient(all.surface, {}) };
  const denying = rules({ a: { tools: { allow: undefined, deny: ['forecast'] } } });
  for (const policy of [rules(), denying])
    for (const servers of [[all], [some]]) {
      void viewOf(servers, policy, kept).lists;
      await turn();
    }
  const names = (servers: readonly ShownServer[], policy: ReturnType<typeof rules>): unknown =>
    kept
      .find(servers, policy)
      ?.names()
      .tools.map(([name]) => name);
  assert.deepEqual(names([all], rules()), ['forecast', 'now']);
  assert.deepEqual(names([some], rules()), ['forecast']);
  assert.deepEqual(names([all], denying), ['now']);
  assert.deepEqual(kept.find([all], denying)?.lists.tools.value, viewOf([all], denying).lists.tools.value);
  assert.deepEqual(kept.find([some], denying)?.lists.tools.value, { tools: [] });
});

test('the last twelve stay, and one that is used is not old', async (t) => {
  const folder = temporaryFolder(t);
  const kept = new KeptLists({ folder, version: '1', owns: () => true });
  const first = shown('first');
  void viewOf([first], rules(), kept).lists;
  await turn();
  const [file = ''] = readdirSync(folder);
  const old = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(path.join(folder, file), old, old);
  assert.ok(kept.find([first], rules()) !== undefined);
  for (const from = Date.now(); statSync(path.join(folder, file)).mtimeMs < from - 60_000;) await turn();
  for (let at = 0; at < 20; at += 1) {
    // Those that came before are older: times of a file system may be coarse.
    for (const name of readdirSync(folder)) if (name !== file) utimesSync(path.join(folder, name), old, old);
    void viewOf([shown(`s${String(at)}`)], rules(), kept).lists;
    await turn();
  }
  assert.equal(readdirSync(folder).length, 12);
  assert.ok(kept.find([first], rules()) !== undefined);
});

test('sessions of clients that are shown less are shown the very same', () => {
  const { surface } = shown('a', { forAbleClients: ['now'] });
  assert.equal(forClient(surface, {}), forClient(surface, { tools: {} }));
  assert.notEqual(forClient(surface, {}), surface);
  assert.equal(forClient(surface, { roots: {} }), surface);
});
