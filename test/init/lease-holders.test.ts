/** Process 1 looks after the lease that the engine has put beside a server of the same uid. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile, startInit, init, removeOutput, saw, type StartedInit } from './rig.ts';

const timeout = 60_000;
before(compile);
const started: ChildProcess[] = [];
after(() => {
  // What a failed test has left would keep this file from ending.
  for (const child of started) child.kill('SIGKILL');
  removeOutput();
});

/** A server below a real process 1, and a lease put into that namespace from outside, as `docker exec` does. */
async function leased(
  env: Readonly<Record<string, string>> = {},
): Promise<StartedInit & { lease: ChildProcess }> {
  const runningInit = startInit(['sh', '-c', 'echo ready; exec sleep 60'], { namespace: true, env });
  await saw(runningInit, 'ready');
  const target = String(childOf(runningInit.process.pid ?? 0));
  const lease = spawn('nsenter', ['--target', target, '--pid', '--mount', init, 'lease'], { stdio: 'pipe' });
  started.push(runningInit.process, lease);
  // nsenter takes its time on a busy machine.
  for (const late = Date.now() + 20_000; childOf(lease.pid ?? 0) === 0 && Date.now() < late;) await sleep(20);
  // One look of process 1 at the least.
  await sleep(3000);
  return { ...runningInit, lease };
}

function childOf(parent: number): number {
  const [child = 0] = pids().filter((pid) => Number(statOf(pid)[1]) === parent);
  return child;
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** State and parent, and what follows. */
function statOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

describe('the lease', { concurrency: true }, () => {
  test('goes on when the server stops it', { timeout }, async () => {
    const { lease, ended } = await leased();
    const holder = childOf(lease.pid ?? 0);
    process.kill(holder, 'SIGSTOP');
    // It stops a moment after the signal is sent.
    await sleep(200);
    for (const late = Date.now() + 10_000; statOf(holder)[0] === 'T' && Date.now() < late;) await sleep(50);
    assert.equal(statOf(holder)[0], 'S');
    // nsenter stops with its child, and must be there to reap it.
    lease.kill('SIGCONT');
    lease.stdin?.end();
    assert.equal((await ended).code, 143);
  });

  test('that the server kills and nobody opens again is its end', { timeout }, async () => {
    const { lease, ended } = await leased();
    process.kill(childOf(lease.pid ?? 0), 'SIGKILL');
    const { code, stderr } = await ended;
    assert.equal(code, 143);
    assert.match(stderr, /the launcher is gone/);
  });

  test('that is expected and never comes is the end of the server', { timeout }, async () => {
    const { ended } = startInit(['sleep', '100'], { namespace: true, env: { MCPCAT_LEASE: '1' } });
    const { code, milliseconds } = await ended;
    assert.equal(code, 143);
    assert.ok(milliseconds > 18_000, String(milliseconds));
  });

  test('need not come where none is expected', { timeout }, async () => {
    const { ended } = startInit(['sleep', '25'], { namespace: true });
    assert.equal((await ended).code, 0);
  });
});
