import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import {
  isProvablyDead,
  ownerText,
  parseOwner,
  startOf,
  thisOwner,
  type Owner,
} from '../../src/sandbox/owner.ts';

const self: Owner = { host: 'h', boot: 'b', pid: 10, started: '100' };
const other: Owner = { ...self, pid: 20, started: '200' };
const dead = (owner: Owner, startedAt: (pid: number) => string | undefined): boolean =>
  isProvablyDead(owner, self, startedAt);

test('an owner survives the way through a label', () => {
  assert.deepEqual(parseOwner(ownerText(other)), other);
  assert.deepEqual(parseOwner(ownerText(thisOwner())), thisOwner());
});

test('a label that is not ours is no owner', () => {
  for (const text of [
    '',
    'x',
    'h/b/20',
    'h/b/20/',
    '/b/20/200',
    'h//20/200',
    'h/b/-1/200',
    'h/b/2x/200',
    'h/b/20/200/more',
  ])
    assert.equal(parseOwner(text), undefined, text);
});

test('an owner is dead if its process is gone, another one by that number, or of another boot', () => {
  assert.equal(
    dead(other, () => undefined),
    true,
  );
  assert.equal(
    dead(other, () => '201'),
    true,
  );
  assert.equal(
    dead({ ...other, boot: 'earlier' }, () => '200'),
    true,
  );
});

test('an owner that lives, or is of another machine, is never dead', () => {
  assert.equal(
    dead(other, () => '200'),
    false,
  );
  for (const started of [undefined, '1'])
    assert.equal(
      dead({ ...other, host: 'elsewhere', boot: 'x' }, () => started),
      false,
    );
});

test('a real process is alive until it ends, also if its parent never asks for its exit code', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const owner = { ...thisOwner(), pid, started: startOf(pid) ?? '' };
  assert.match(owner.started, /^\d+$/);
  assert.equal(isProvablyDead(owner, thisOwner(), startOf), false);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(isProvablyDead(owner, thisOwner(), startOf), true);
});
