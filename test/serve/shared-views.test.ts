import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPolicy } from '../../src/serve/policy.ts';
import { SharedViews } from '../../src/serve/shared-views.ts';
import type { ShownServer } from '../../src/serve/shown-server.ts';
import { viewOf } from '../../src/serve/view.ts';

function shown(server: string, tool: string): ShownServer {
  return {
    server,
    surface: {
      protocolVersion: '2025-11-25',
      serverInfo: { name: server, version: '1' },
      capabilities: { tools: {} },
      varies: [],
      tools: [{ name: tool, inputSchema: { type: 'object' } }],
      ...{ prompts: [], resources: [], resourceTemplates: [] },
    },
  };
}

test('sessions that are shown the same surfaces get one view, others their own', () => {
  const views = new SharedViews(openPolicy);
  const [one, two] = [shown('a', 'x'), shown('b', 'y')];
  const view = views.of([one, two]);
  assert.equal(views.of([{ ...one }, { ...two }]), view);
  assert.deepEqual(view.lists.tools.value, viewOf([one, two], openPolicy).lists.tools.value);
  for (const others of [[one], [two, one], [one, shown('b', 'y')], [one, { ...two, server: 'c' }]])
    assert.notEqual(views.of(others), view);
});

test('only the newest views are kept', () => {
  const views = new SharedViews(openPolicy);
  const first = [shown('a', 'x')];
  const view = views.of(first);
  for (let turn = 0; turn < 15; turn++) views.of([shown('a', String(turn))]);
  assert.equal(views.of(first), view);
  views.of([shown('a', 'one more')]);
  assert.notEqual(views.of(first), view);
});
