import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Overrides } from '../../src/sandbox/sandbox.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { entryOf, fakePaths, noOverrides } from './fixtures.ts';

const entry = entryOf({
  permissions: {
    mounts: [{ name: 'data', target: '/data', mode: 'rw', description: 'Data' }],
    state: [{ name: 'graph', target: '/memory', description: 'The graph' }],
  },
});
const mounts = (overrides: Partial<Overrides>): unknown => {
  const sandbox = sandboxOf(entry, { ...noOverrides, ...overrides }, fakePaths());
  return settingsOf(sandbox, { image: 'x', labels: {}, autoRemove: true }).mounts;
};
const kept = {
  kind: 'volume',
  source: 'mcpcat-notes-graph',
  target: '/memory',
  readOnly: false,
  labels: { 'io.mcpcat.server': 'notes', 'io.mcpcat.state': 'graph' },
};

test("a user's own session keeps its state in a volume named after server and state", () => {
  assert.deepEqual(mounts({ state: 'kept' }), [kept]);
});

test('everything else has a volume without a name, which goes with the container', () => {
  const thrownAway = { kind: 'volume', source: '', target: '/memory', readOnly: false };
  assert.deepEqual(mounts({}), [thrownAway]);
  assert.deepEqual(mounts({ state: 'thrown-away' }), [thrownAway]);
});

test('a server that works as another uid has a volume of its own', () => {
  const data = [{ name: 'data', hostPath: '/srv/data', mode: 'rw' as const }];
  assert.deepEqual(mounts({ state: 'kept', mounts: data }), [
    { kind: 'bind', source: '/srv/data', target: '/data', readOnly: false, identity: undefined },
    { ...kept, source: 'mcpcat-notes-graph-1000' },
  ]);
});

const bad: Readonly<Record<string, unknown>> = {
  'a hyphen, with which two servers could have one volume': { name: 'a-b', target: '/x', description: 'X' },
  'a digit first, which a uid has': { name: '1000', target: '/x', description: 'X' },
  'a path in its name': { name: '../x', target: '/x', description: 'X' },
  'a target through ..': { name: 'x', target: '/x/../etc', description: 'X' },
  'a volume of its choice': { name: 'x', target: '/x', description: 'X', volume: 'other' },
  'no description': { name: 'x', target: '/x' },
};
for (const [what, state] of Object.entries(bad)) {
  test(`no state can have ${what}`, () => {
    assert.throws(() => entryOf({ permissions: { state: [state] } }), { name: 'ZodError' });
  });
}
