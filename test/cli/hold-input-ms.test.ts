import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdInputMs } from '../../src/cli/execute/hold-input-ms.ts';
import { initGraceMs } from '../../src/session/timeouts.ts';
import { entryOf } from '../rig/probe.ts';

test('the end of input waits for servers that drop answers: on Python’s SDK, or by their entry’s word', () => {
  const declared = { exceptions: [{ finding: 'lost-answers', reason: 'It ends with its input.' }] };
  assert.equal(holdInputMs(entryOf(), undefined), undefined);
  assert.equal(holdInputMs(entryOf(declared), undefined), initGraceMs);
  assert.equal(holdInputMs(entryOf({ source: 'pypi:mcp-server-time' }), undefined), initGraceMs);
  assert.equal(holdInputMs(entryOf({ source: 'pypi:mcp-server-time' }), 60_000), 60_000);
});
