import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { compile, startInit, init, isRelease, removeOutput, saw } from './rig.ts';

const timeout = 30_000;
const fast = { MCPCAT_EOF_GRACE_MS: '300', MCPCAT_TERM_GRACE_MS: '300' };
before(compile);
after(removeOutput);

test('the program is static and at most 100 KB', { skip: !isRelease }, () => {
  assert.ok(statSync(init).size <= 100 * 1024, `${String(statSync(init).size)} bytes`);
  assert.ok(!readFileSync(init).includes('/lib64/ld-linux'));
});

test('the exit code of the server is passed on', { timeout }, async () => {
  assert.equal((await startInit(['sh', '-c', 'exit 7']).ended).code, 7);
});

test('a server killed by a signal gives 128 and the signal', { timeout }, async () => {
  assert.equal((await startInit(['sh', '-c', 'kill -9 $$']).ended).code, 137);
});

test('a command that is not there gives 127 and says so', { timeout }, async () => {
  const { code, stderr, stdout } = await startInit(['/no/such/server']).ended;
  assert.equal(code, 127);
  assert.match(stderr, /^mcpcat-init: can't start \/no\/such\/server: No such file/);
  assert.equal(stdout, '');
});

test('a file that is not executable gives 126', { timeout }, async () => {
  assert.equal((await startInit(['/etc/passwd']).ended).code, 126);
});

test('a server that exits on the end of input finishes its replies', { timeout }, async () => {
  const { process: child, ended } = startInit(['sh', '-c', 'cat; sleep 0.2; echo last']);
  child.stdin.end('first\n');
  const { code, stdout, stderr } = await ended;
  assert.deepEqual([code, stdout, stderr], [0, 'first\nlast\n', '']);
});

test('a server that ignores the end of input gets SIGTERM after the grace', { timeout }, async () => {
  const { process: child, ended } = startInit(['sleep', '60'], { env: fast });
  child.stdin.end();
  const { code, stderr } = await ended;
  assert.equal(code, 143);
  assert.match(
    stderr,
    /the client closed stdin; the server did not exit by itself and was ended with SIGTERM\n$/,
  );
});

test(
  'a server that ignores the end of input and SIGTERM is killed, as process 1 too',
  { timeout },
  async () => {
    for (const namespace of [false, true]) {
      const { process: child, ended } = startInit(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'], {
        env: fast,
        namespace,
      });
      child.stdin.end();
      const { code, stderr } = await ended;
      assert.equal(code, 137);
      assert.match(stderr, /ended with SIGKILL/);
    }
  },
);

test(
  'the default graces end a stubborn server well before a client gives up on it',
  { timeout },
  async () => {
    const { process: child, ended } = startInit(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
    child.stdin.end();
    assert.ok((await ended).milliseconds < 8000);
  },
);

test('signals reach the whole group of the server', { timeout }, async () => {
  const script =
    'trap : USR1; sh -c \'trap "echo grandchild; exit" USR1; echo ready; while :; do sleep 0.1; done\' & wait; wait';
  const runningInit = startInit(['sh', '-c', script], { env: fast });
  await saw(runningInit, 'ready');
  runningInit.process.kill('SIGUSR1');
  assert.match((await runningInit.ended).stdout, /grandchild/);
});

test('SIGTERM is passed on, and SIGKILL follows for a server that ignores it', { timeout }, async () => {
  const runningInit = startInit(
    ['sh', '-c', 'trap "echo told" TERM; echo ready; while :; do sleep 0.1; done'],
    {
      env: fast,
    },
  );
  await saw(runningInit, 'ready');
  runningInit.process.kill('SIGTERM');
  const { code, stdout, stderr } = await runningInit.ended;
  assert.equal(code, 137);
  assert.match(stdout, /told/);
  assert.match(stderr, /asked to stop by a signal/);
});

test('two hundred orphans are reaped by process 1', { timeout }, async () => {
  const script =
    'for i in $(seq 200); do (sleep 0.05 &) ; done; sleep 1; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l';
  const { stdout } = await startInit(['sh', '-c', script], { namespace: true }).ended;
  assert.equal(stdout.trim(), '0');
});

test('a daemon that left the group dies with process 1', { timeout }, async () => {
  const mark = `86399.${String(process.pid)}`;
  await startInit(['sh', '-c', `setsid sh -c 'trap "" TERM HUP; sleep ${mark}' & sleep 0.3`], {
    namespace: true,
  }).ended;
  const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(mark));
  assert.deepEqual(left, []);
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it ended while we looked
  }
}

test('a server that never reads is ended although its pipe is full', { timeout }, async () => {
  const { process: child, ended } = startInit(['sleep', '60'], { env: fast });
  child.stdin.write(Buffer.alloc(32 * 1024));
  setTimeout(() => child.stdin.destroy(), 200);
  assert.equal((await ended).code, 143);
});

test(
  'the server gets default signal actions, no stray descriptors and none of our variables',
  { timeout },
  async () => {
    const script =
      'for fd in /proc/$$/fd/*; do readlink $fd; done | grep -c signalfd; grep -E "^Sig(Blk|Ign)" /proc/self/status; env | grep -c MCPCAT';
    const { stdout } = await startInit(['sh', '-c', script], { env: fast }).ended;
    const [descriptors, ignored, blocked, ours] = stdout.trim().split('\n');
    assert.equal(descriptors, '0');
    assert.match(`${String(ignored)} ${String(blocked)}`, /^Sig\w+:\s0+ Sig\w+:\s0+$/);
    assert.equal(ours, '0');
  },
);

test('it is small in memory and does not spin once stdin has hung up', { timeout }, async () => {
  const { process: child, ended } = startInit(['sleep', '2'], { env: { MCPCAT_EOF_GRACE_MS: '10000' } });
  child.stdin.end();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  const [user, system] =
    readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ')
      .slice(11, 13) ?? [];
  if (isRelease) assert.ok(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) <= 1024, status);
  // Spinning takes some 120; a sanitizer's own start takes several.
  const max = isRelease ? 10 : 60;
  assert.ok(Number(user) + Number(system) < max, `${String(user)}+${String(system)} clock ticks`);
  await ended;
});

test('a grace that is not a number is said and replaced by the default', { timeout }, async () => {
  const { code, stderr } = await startInit(['true'], { env: { MCPCAT_EOF_GRACE_MS: '-5' } }).ended;
  assert.equal(code, 0);
  assert.match(stderr, /MCPCAT_EOF_GRACE_MS: expected milliseconds from 0 to 3600000, using 1800/);
});
