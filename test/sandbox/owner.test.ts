import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import type { Host } from '../../src/host/host.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { ownerText, parseOwner, provablyDead, thisOwner, type Owner } from '../../src/sandbox/owner.ts';

const self = thisOwner();
const other: Owner = { ...self, pid: 20, started: '200' };

/** On a Linux whose process table is made up. */
async function dead(owner: Owner, startsOf: Host['startsOf']): Promise<boolean> {
  const host: Host = { ...thisHost(), startsOf, isSameStart: (recorded, observed) => recorded === observed };
  return (await provablyDead([owner], host)).has(owner);
}

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

const starts = async (text: string | undefined): Promise<boolean> => {
  const table = text === undefined ? new Map<number, string>() : new Map([[other.pid, text]]);
  return dead(other, () => Promise.resolve(table));
};

test('an owner is dead if its process is gone, another one by that number, or of another boot', async () => {
  assert.equal(await starts(undefined), true);
  assert.equal(await starts('201'), true);
  assert.equal(
    await dead({ ...other, boot: 'earlier' }, () => Promise.resolve(new Map([[20, '200']]))),
    true,
  );
});

test('an owner that lives, or is of another machine, is never dead', async () => {
  assert.equal(await starts('200'), false);
  for (const table of [new Map<number, string>(), new Map([[20, '1']])])
    assert.equal(await dead({ ...other, host: 'elsewhere', boot: 'x' }, () => Promise.resolve(table)), false);
});

test('where the process table can not be read nobody is dead', async () => {
  assert.equal(await dead(other, () => Promise.resolve(undefined)), false);
});

test('a real process is alive until it ends, also if its parent never asks for its exit code', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const started = (await thisHost().startsOf([pid]))?.get(pid) ?? '';
  const owner = { ...thisOwner(), pid, started };
  assert.match(owner.started, /^\d+$/);
  assert.equal((await provablyDead([owner], thisHost())).size, 0);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal((await provablyDead([owner], thisHost())).has(owner), true);
});
