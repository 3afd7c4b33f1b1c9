import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { compile, startInit, init, removeOutput, saw, type StartedInit } from './rig.ts';

const timeout = 30_000;
before(compile);
after(removeOutput);

async function serving(): Promise<StartedInit> {
  const runningInit = startInit(['sh', '-c', 'echo ready; exec sleep 60'], {
    env: { MCPCAT_EOF_GRACE_MS: '60000' },
  });
  await saw(runningInit, 'ready');
  return runningInit;
}

test('the end of the lease ends the server although its stdin is open', { timeout }, async () => {
  const runningInit = await serving();
  const lease = spawn(init, ['lease', '--pid', String(runningInit.process.pid)]);
  lease.stdin.end();
  const { code, stderr } = await runningInit.ended;
  assert.equal(code, 143);
  assert.match(stderr, /the launcher is gone/);
});

test('heartbeats hold the lease and silence ends it', { timeout }, async () => {
  const runningInit = await serving();
  const lease = spawn(init, ['lease', '--heartbeat', '2500', '--pid', String(runningInit.process.pid)]);
  const beat = setInterval(() => lease.stdin.write('.'), 100);
  // Longer than the silence that ends it; this process may stand still for a while on a busy machine.
  await new Promise((resolve) => setTimeout(resolve, 3500));
  assert.equal(runningInit.process.exitCode, null);
  clearInterval(beat);
  assert.equal((await runningInit.ended).code, 143);
});

test('a lease with a wrong option says how to use it', { timeout }, async () => {
  const lease = spawn(init, ['lease', '--heartbeat', 'soon']);
  const code = await new Promise((resolve) => lease.on('exit', resolve));
  assert.equal(code, 2);
});
