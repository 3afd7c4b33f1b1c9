import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { hostOf, thisHost } from '../../src/host/this-host.ts';
import { machineOf } from './rig.ts';

test('each platform has its host, and another Unix counts as Linux without a process table', async () => {
  const system = (platform: string): string => hostOf(machineOf({ platform })).system;
  assert.deepEqual(['linux', 'darwin', 'win32', 'freebsd'].map(system), [
    'linux',
    'darwin',
    'windows',
    'linux',
  ]);
  assert.equal(await hostOf(machineOf({ platform: 'freebsd' })).startsOf([1]), undefined);
});

/** On the machine that the test runs on, whatever it is: the workflow has one of each. */
test('this machine finds this process, its parent and its folders', async () => {
  const host = thisHost();
  assert.equal(thisHost(), host);
  const starts = await host.startsOf([process.pid, process.ppid, 2 ** 30]);
  const own = starts?.get(process.pid) ?? '';
  assert.ok(host.isSameStart(host.ownStart(), own), `${host.ownStart()} and ${own}`);
  assert.equal(starts?.has(process.ppid), true);
  assert.equal(starts?.has(2 ** 30), false);
  assert.equal(host.isOrphan(process.ppid), false);
  assert.equal(host.identity().split('\n').length, 3);
  assert.equal(host.path.sep, path.sep);
  const { config, cache, data } = host.folders(process.env);
  for (const folder of [config, cache, data, host.home({})]) assert.ok(path.isAbsolute(folder), folder);
  assert.equal(host.home({}), os.userInfo().homedir);
});

test('the command line of this process is told where the system tells it at once', () => {
  const words = thisHost().processOf(process.pid)?.words;
  if (thisHost().system === 'windows') assert.equal(words, undefined);
  else assert.match(words?.join(' ') ?? '', /node/);
});
