import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { thisMachine } from '../../src/host/machine.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const machine = thisMachine();
const node = (script: string): readonly [string, readonly string[]] => [process.execPath, ['-e', script]];

test('a program is run without a shell, in no language and place of the user’s, and its exit code counts', async () => {
  const facts = 'console.log(process.env.TZ, process.env.LC_ALL, process.env.HOME); process.exitCode = 3';
  const expected = { exitCode: 3, stdout: 'UTC C undefined\n' };
  assert.deepEqual(machine.run(...node(facts)), expected);
  assert.deepEqual(await machine.runLater(...node(facts)), expected);
  assert.deepEqual(machine.run(...node('')), { exitCode: 0, stdout: '' });
});

test('a program that is not there has said nothing', async () => {
  assert.equal(machine.run('/nowhere/ps', []), undefined);
  assert.equal(await machine.runLater('/nowhere/ps', []), undefined);
});

test('what can not be read is undefined, never an error', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'x');
  assert.deepEqual(
    [machine.readText(file), machine.readLink(file), machine.list(file)],
    [undefined, undefined, undefined],
  );
  writeFileSync(file, 'text');
  assert.deepEqual(
    [machine.readText(file), machine.exists(file), machine.list(folder)],
    ['text', true, ['x']],
  );
});

test('a process is alive or not, whoever’s it is', () => {
  assert.equal(machine.isAlive(process.pid), true);
  assert.equal(machine.isAlive(process.ppid), true);
  assert.equal(machine.isAlive(2 ** 30), false);
  assert.ok(Math.abs(machine.startedMs - Date.now()) < 86_400_000);
});
