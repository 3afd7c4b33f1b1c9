/** The sandbox as a server sees it: a probe with exactly the settings of src/sandbox measures it from inside. */
import assert from 'node:assert/strict';
import os from 'node:os';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import { entryOf, measure, probeImage, probeSandbox, removeProbes } from '../rig/probe.ts';

const timeout = 180_000;
const image = `mcpcat/test-probe:${String(process.pid)}`;
/** A declared folder that the image has (/tmp), one that it has not, and one below another. */
const entry = entryOf({
  permissions: { writable: ['/tmp', '/data', '/home/mcpcat/.cache'] },
  limits: { memory: '256m', pids: 64, cpus: 1 },
});

interface Facts {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly status: Readonly<Record<string, string>>;
  readonly init: Readonly<Record<string, string>>;
  readonly limits: string;
  readonly mounts: readonly (readonly [string, string, string, string])[];
  readonly interfaces: readonly string[];
  readonly devices: readonly string[];
  readonly routes: readonly string[];
  readonly hostname: string;
  readonly pids: readonly string[];
  readonly env: readonly string[];
  readonly cgroup: Readonly<Record<string, string | undefined>>;
  readonly connections: Readonly<Record<string, string>>;
  readonly dns: string;
  readonly names: Readonly<Record<string, string>>;
  readonly keys: string;
  readonly kcore: number | 'refused';
  readonly diskOfHost: readonly string[];
  readonly shell: readonly string[];
}

interface Writable {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly sockets: readonly string[];
  readonly setuid: readonly string[];
  readonly tally: { readonly folders: number; readonly files: number };
}

let engine: Engine;
const opened = closedAfterwards();
let facts: Facts;

before(
  async () => {
    engine = await testEngine();
    opened.defer(() => removeProbes(engine, image));
    await probeImage(engine, image);
    facts = (await ask('facts')) as Facts;
  },
  { timeout },
);

async function ask(...args: readonly string[]): Promise<unknown> {
  const { answer, stderr, end } = await measure(engine, { sandbox: probeSandbox(entry, { args }), image });
  assert.ok(answer !== undefined, `no answer: ${JSON.stringify(end)} ${stderr}`);
  return answer;
}

test('the server is the numeric user 65532 with the group 65532 and no other, although the image says root', () => {
  assert.deepEqual([facts.uid, facts.gid, facts.groups], [65532, 65532, [65532]]);
  assert.equal(facts.init['Uid']?.split('\t')[0], '65532');
});

test('no process has a capability, nor could get one', () => {
  for (const [who, status] of Object.entries({ server: facts.status, guard: facts.init }))
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      assert.match(status[set] ?? '', /^0+$/, `${who}: ${set}`);
});

test('no new privileges, and seccomp filters: of the engine and of process 1', () => {
  assert.deepEqual([facts.status['NoNewPrivs'], facts.status['Seccomp']], ['1', '2']);
  const filters = facts.status['Seccomp_filters'];
  if (filters !== undefined) assert.ok(Number(filters) >= 2, filters); // Linux 5.9 and later count them
});

test('a setuid program of root gives nothing', { timeout }, async () => {
  assert.deepEqual(await ask('setuid'), [65532, 65532, 65532, 65532]);
});

test(
  'only the declared folders can be written, tried path by path over the whole file system',
  { timeout },
  async () => {
    const { folders, files, sockets, setuid, tally } = (await ask('writable')) as Writable;
    assert.deepEqual([...folders].sort(), ['/data', '/home/mcpcat/.cache', '/tmp']);
    assert.deepEqual(
      files.filter((file) => !harmless.has(file)),
      [],
    );
    assert.deepEqual(sockets, []);
    assert.deepEqual(setuid, ['/app/setuid']); // the probe's own: the walk sees such files
    assert.ok(tally.folders > 300 && tally.files > 1000, JSON.stringify(tally));
  },
);

/** Can be opened for writing, and keep nothing: each with its reason. */
const harmless = new Set([
  // Devices without storage; ptmx makes terminals that only this container sees.
  ...['full', 'null', 'random', 'urandom', 'zero', 'tty', 'ptmx', 'pts/ptmx'].map((name) => `/dev/${name}`),
  // The engine's masks: /dev/null is mounted over them.
  ...['keys', 'timer_list', 'latency_stats', 'sched_debug', 'kcore', 'interrupts'].map(
    (name) => `/proc/${name}`,
  ),
  // A write asks to be woken when this machine is busy (Linux psi.rst).
  ...['cpu', 'io', 'memory', 'irq'].map((name) => `/proc/pressure/${name}`),
]);

test('the root can be neither written nor changed in any other way', { timeout }, async () => {
  const changes = (await ask('change')) as {
    readonly create: Readonly<Record<string, string>>;
    readonly overwrite: Readonly<Record<string, string>>;
  } & Readonly<Record<'rename' | 'unlink' | 'chmod' | 'chown' | 'link', string>>;
  const { create, overwrite, ...others } = changes;
  const answers = { ...create, ...overwrite, ...others };
  const done = Object.entries(answers).filter(([, answer]) => !/^(EROFS|EACCES|EPERM|ENOENT)$/.test(answer));
  assert.deepEqual(done, []);
  for (const folder of ['/', '/usr', '/etc', '/app', '/sys', '/dev/mqueue'])
    assert.equal(create[folder], 'EROFS', folder);
  assert.equal(create['/dev/shm'], 'ENOENT');
});

test(
  'each declared folder is a tmpfs with nosuid, nodev, noexec, a size and the right owner',
  { timeout },
  async () => {
    const size = (256 * 1024 ** 2) / 8;
    // Podman gives no owners: there it is root's, for everybody, and nobody in the container is root.
    const owners = (await engine.info()).name !== 'podman';
    for (const [folder, mode] of [
      ['/tmp', '1777'],
      ['/data', '700'],
      ['/home/mcpcat/.cache', '700'],
    ] as const) {
      const [, , type, options = ''] = facts.mounts.find(([, target]) => target === folder) ?? [];
      assert.equal(type, 'tmpfs');
      for (const option of ['nosuid', 'nodev', 'noexec', `size=${String(size / 1024)}k`])
        assert.ok(options.split(',').includes(option), `${folder}: ${option} not in ${options}`);
      const tried = (await ask('tmpfs', folder)) as {
        readonly owner: string;
        readonly mode: string;
        readonly exec: string;
        readonly script: string;
        readonly fill: { readonly answer: string; readonly written: number; readonly size: number };
      };
      assert.deepEqual(
        [tried.owner, tried.mode, tried.exec, tried.script],
        [...(owners ? ['65532:65532', mode] : ['0:0', '1777']), 'EACCES', 'EACCES'],
      );
      assert.deepEqual([tried.fill.answer, tried.fill.size], ['ENOSPC', size]);
      assert.ok(tried.fill.written <= size && tried.fill.written > size / 2, String(tried.fill.written));
    }
  },
);

test('the limits are those of the entry, without swap, and can not be changed from inside', () => {
  const { memory, memoryAndSwap, swap, pids, quota, period, write } = facts.cgroup;
  assert.deepEqual([memory, pids], [String(256 * 1024 ** 2), '64']);
  assert.equal(Number(quota) / Number(period), 1);
  // v1 has both together (absent where the kernel does not count swap), v2 swap alone.
  if (memoryAndSwap !== undefined) assert.equal(memoryAndSwap, memory);
  if (swap !== undefined) assert.equal(swap, '0');
  assert.match(write ?? '', /^(EROFS|EACCES|EPERM)$/);
  assert.match(facts.limits, /^Max open files +4096 +4096 /m);
  assert.match(facts.limits, /^Max core file size +0 +0 /m);
});

test('the number of open files ends at the limit', { timeout }, async () => {
  const { answer, count } = (await ask('files')) as { readonly answer: string; readonly count: number };
  assert.equal(answer, 'EMFILE');
  assert.ok(count > 3900 && count < 4096, String(count));
});

test('there is no interface but loopback, no route, no name and no address to reach', () => {
  assert.deepEqual([facts.interfaces, facts.devices, facts.routes], [['lo'], ['lo'], []]);
  for (const [what, answer] of Object.entries(facts.connections))
    assert.match(answer, /^(ENETUNREACH|EADDRNOTAVAIL|EHOSTUNREACH|EAFNOSUPPORT)$/, what);
  assert.match(facts.dns, /^(EAI_AGAIN|ENOTFOUND)$/);
});

test('its own names lead to itself, and no other name exists', async () => {
  const { name, version } = await engine.info();
  // Podman 4 writes its own line for localhost before ours: the same machine by its other address.
  const isOld = name === 'podman' && version.startsWith('4.');
  assert.deepEqual(facts.names, {
    localhost: isOld ? '::1' : '127.0.0.1',
    'app.localhost': '127.0.0.1',
    mcp: '127.0.0.1',
    notlocalhost: 'ENOTFOUND',
    'localhost.example.com': 'ENOTFOUND',
  });
});

test('nothing of the host shows: name, processes, disks, memory, keys, engine socket, shell', () => {
  assert.equal(facts.hostname, 'mcp');
  assert.notEqual(facts.hostname, os.hostname());
  assert.deepEqual(facts.pids, [
    '/mcpcat-init -- /usr/local/bin/node /app/probe.js facts',
    '/usr/local/bin/node /app/probe.js facts',
  ]);
  assert.deepEqual([facts.diskOfHost, facts.keys, facts.shell], [[], '', []]);
  assert.ok(facts.kcore === 'refused' || facts.kcore === 0);
  assert.ok(!facts.mounts.some(([, target]) => target.endsWith('.sock')));
  assert.deepEqual(
    facts.env.filter((name) => name.startsWith('MCPCAT')),
    [],
  );
});

/** What the kernel has to answer; everything not named here has to be EPERM. */
const answers: Readonly<Record<string, readonly string[]>> = {
  // Process 1 sees signals, takes no SIGKILL from inside, and ends the container on SIGTERM: its own loss.
  'signal-init': ['fine'],
  'init-memory': ['EACCES'],
  nice: ['EACCES', 'EPERM'],
  mlock: ['ENOMEM', 'EPERM'],
  'packet-socket': ['EAFNOSUPPORT'],
  vsock: ['EAFNOSUPPORT', 'EPERM'],
  'alg-socket': ['EAFNOSUPPORT', 'EPERM'],
  'io-uring': ['ENOSYS', 'EPERM'],
  // No such call in some kernels.
  kexec: ['EPERM', 'ENOSYS'],
  'init-module': ['EPERM', 'ENOSYS'],
  'map-exec': ['EPERM', 'EACCES'],
};

test('every way out that a hostile program tries is refused', { timeout }, async () => {
  const tried = Object.entries((await ask('attempts')) as Readonly<Record<string, string>>);
  assert.ok(tried.length > 40, `only ${String(tried.length)} attempts`);
  const surprises = tried.filter(([name, answer]) => !(answers[name] ?? ['EPERM']).includes(answer));
  assert.deepEqual(surprises, []);
});

test(
  'an entry that declares shared memory gets that much of it, and still no message queue',
  { timeout },
  async () => {
    const browser = entryOf({ shm: '64m' });
    const look = async (...args: readonly string[]): Promise<unknown> =>
      (await measure(engine, { sandbox: probeSandbox(browser, { args }), image })).answer;
    const { folders } = (await look('writable')) as Writable;
    assert.deepEqual([...folders].sort(), ['/dev/shm', '/tmp']);
    const shm = (await look('tmpfs', '/dev/shm')) as {
      readonly exec: string;
      readonly fill: { readonly answer: string; readonly size: number };
    };
    assert.deepEqual([shm.exec, shm.fill.answer, shm.fill.size], ['EACCES', 'ENOSPC', 64 * 1024 ** 2]);
  },
);
