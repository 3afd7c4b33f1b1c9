/** A full stdin hides from process 1 that the client is gone; without a lease it makes the pipe larger. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { baseEnvironment, compile, init, removeOutput } from './rig.ts';

const timeout = 120_000;
before(compile);
after(removeOutput);

/** A shell's pipe into mcpcat-init: stdin is a real pipe, as in a container. Never rejects for an exit code. */
async function piped(
  writer: string,
  server: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = `${writer} | "$1" -- sh -c "$2"`;
  try {
    const options = { env: { ...baseEnvironment(), ...env }, timeout };
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script, 'sh', init, server], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('a full stdin', { concurrency: true }, () => {
  test('of a client that is gone: the hang-up behind it is seen', { timeout }, async () => {
    const { code, stderr } = await piped('head -c 400000 /dev/zero', 'exec sleep 600');
    assert.equal(code, 143);
    assert.match(stderr, /the client closed stdin/);
  });

  test('that a living client keeps full is the end after a time, and said', { timeout }, async () => {
    const fast = { MCPCAT_UNREAD_MS: '3000' };
    const { code, stderr } = await piped('head -c 9000000 /dev/zero', 'exec sleep 600', fast);
    assert.equal(code, 143);
    assert.match(stderr, /its stdin was full and not read/);
  });

  test('loses nothing when it is read after all', { timeout }, async () => {
    const patient = { MCPCAT_UNREAD_MS: '20000' };
    const { code, stdout } = await piped('head -c 3000000 /dev/zero', 'sleep 9; cat | wc -c', patient);
    assert.deepEqual([code, Number(stdout)], [0, 3_000_000]);
  });

  test('is left alone where a lease tells of the client', { timeout }, async () => {
    const held = { MCPCAT_LEASE: '1', MCPCAT_UNREAD_MS: '1000' };
    const { code } = await piped('head -c 400000 /dev/zero', 'sleep 8; exit 9', held);
    assert.equal(code, 9);
  });
});
