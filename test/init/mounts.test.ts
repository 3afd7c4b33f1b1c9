import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { compile, startInit, removeOutput } from './rig.ts';

before(compile);
after(removeOutput);

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'mcpcat mounts-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function identity(target: string): string {
  const { dev, ino } = statSync(target, { bigint: true });
  return `${String(dev)}:${String(ino)}`;
}

async function started(mounts: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { process: child, ended } = startInit(['/bin/sh', '-c', 'echo started $MCPCAT_MOUNTS'], {
    env: { MCPCAT_MOUNTS: mounts },
  });
  child.stdin.end();
  return ended;
}

test('the server starts where the folders that were judged are mounted, and does not see the list', async (t) => {
  const [one, two] = [folder(t), folder(t)];
  const { code, stdout } = await started(`${identity(one)} ${one}\n${identity(two)} ${two}\n`);
  assert.deepEqual([code, stdout], [0, 'started\n']);
});

test('a folder that was exchanged for another after it was judged ends the start with its target', async (t) => {
  const home = folder(t);
  const target = path.join(home, 'data');
  mkdirSync(target);
  const judged = identity(target);
  renameSync(target, path.join(home, 'aside'));
  mkdirSync(target);
  const { code, stdout, stderr } = await started(`${judged} ${target}\n`);
  assert.deepEqual([code, stdout], [125, '']);
  assert.match(stderr, /data is not the folder that was handed over/);
});

test('the second of two folders is looked at, too, also through a link', async (t) => {
  const [one, home] = [folder(t), folder(t)];
  symlinkSync('/etc', path.join(home, 'data'));
  const { code } = await started(`${identity(one)} ${one}\n${identity(one)} ${home}/data\n`);
  assert.equal(code, 125);
});

test('a target that can’t be looked at ends the start', async (t) => {
  const home = folder(t);
  const { code, stderr } = await started(`${identity(home)} ${home}/missing\n`);
  assert.equal(code, 125);
  assert.match(stderr, /can't tell what is mounted at .*missing: No such file/);
});

for (const [what, list] of [
  ['words', 'nonsense\n'],
  ['a line without end', '1:2 /data'],
  ['no inode', '1 /data\n'],
  ['a sign', '-1:2 /data\n'],
  ['a number of more than 64 bits', '99999999999999999999:2 /data\n'],
  ['a relative target', '1:2 data\n'],
  ['a target without end', `1:2 /${'a'.repeat(5000)}\n`],
] as const)
  test(`a list with ${what} ends the start`, async () => {
    const { code, stdout, stderr } = await started(list);
    assert.deepEqual([code, stdout], [125, '']);
    assert.match(stderr, /MCPCAT_MOUNTS: expected lines of DEV:INO TARGET/);
  });

test('an empty list is nothing to compare', async () => {
  assert.equal((await started('')).code, 0);
});
