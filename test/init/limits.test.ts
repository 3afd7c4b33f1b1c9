import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compile, init, removeOutput, startInit } from './rig.ts';

const timeout = 30_000;
/** Root may raise a limit, as no server of ours is. */
const unprivileged = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--'] : [];
before(compile);
after(removeOutput);

test('a server gets the limits that process 1 was given, and can not raise them', { timeout }, async () => {
  const script = 'grep -e "open files" -e processes /proc/self/limits; ulimit -n 4096 && echo raised';
  const limits = ['nofile=64', 'nproc=20000'];
  const { stdout } = await startInit([...unprivileged, 'sh', '-c', script], { limits }).ended;
  assert.match(stdout, /^Max open files +64 +64 /m);
  const processes = /^Max processes +(\d+) +(\d+) /m.exec(stdout);
  assert.ok(Number(processes?.[1]) <= 20_000 && Number(processes?.[2]) <= 20_000, stdout);
  assert.doesNotMatch(stdout, /raised/);
});

test('a limit that is lower already stays', { timeout }, async () => {
  const inner = 'exec "$0" limit nofile=512 -- sh -c "ulimit -Hn"';
  const { stdout } = await startInit(['sh', '-c', inner, init], { limits: ['nofile=128'] }).ended;
  assert.equal(stdout, '128\n');
});

test('without any limit it is as without the word', { timeout }, async () => {
  assert.equal((await startInit(['sh', '-c', 'exit 7'], { limits: [] }).ended).code, 7);
});

for (const limits of [['nofile=0'], ['nofile='], ['nofile=1e3'], ['nofile=9999999'], ['stack=1'], ['64']])
  test(`a limit that is not understood starts nothing: ${limits.join(' ')}`, { timeout }, async () => {
    const { code, stdout, stderr } = await startInit(['echo', 'started'], { limits }).ended;
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^mcpcat-init: usage: mcpcat-init limit /);
  });
