import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnProcess } from '../../src/test-session/own-processes.ts';

test('what we and the engine run in a container is not the server’s', () => {
  for (const own of [
    '/mcpcat-init -- node /app/x.js',
    '/mcpcat-init lease',
    '[mcpcat-init]',
    'runc init',
    '',
  ])
    assert.ok(isOwnProcess(own), own);
  for (const other of ['node /app/mcpcat-init.js', 'mcpcat-initial', '/app/mcpcat-init', 'runc'])
    assert.ok(!isOwnProcess(other), other);
});
