import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSettings } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import type { RecordedMount, RecordedSettings } from '../../src/engine/restrictions.ts';
import { differencesOf, refuseDifferences } from '../../src/sandbox/differences.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { recordedOf } from '../rig/fake-engine/recorded.ts';
import { volumeMount } from '../../src/process1/process1.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  permissions: {
    mounts: [{ name: 'docs', target: '/docs', mode: 'ro', required: false, description: 'd' }],
    state: [{ name: 'memory', target: '/state', description: 's' }],
  },
});
const mounts = [{ name: 'docs', hostPath: '/home/ada/docs', mode: undefined }];
const asked: ContainerSettings = settingsOf(
  sandboxOf(entry, { ...noOverrides, mounts, args: ['--quiet'], state: 'kept' }, fakePaths()),
  {
    image: 'mcpcat/notes:local',
    labels: {},
    autoRemove: true,
    lease: 'held',
    process1: {
      mount: volumeMount('mcpcat_init_amd64_0', '/.mcpcat-1'),
      path: '/.mcpcat-1/mcpcat-init',
      image: { entrypoint: ['node', 'server.js'], command: ['--loud'], emptyVolumes: ['/tmp'] },
    },
  },
);
const made = recordedOf(asked, {
  entrypoint: ['/mcpcat-init', '--', 'node'],
  command: [],
  env: ['PATH=/bin'],
});
const fields = (found: Partial<RecordedSettings>, more: Partial<ContainerSettings> = {}): string[] =>
  differencesOf({ ...asked, ...more }, { ...made, ...found }).map(({ field }) => field);

test('a container that is what was asked for differs in nothing', () => {
  assert.deepEqual(differencesOf(asked, made), []);
});

/** What an engine may have made of it, and the field that says so. */
const weaker: Readonly<Record<string, readonly [string, Partial<RecordedSettings>]>> = {
  'root instead of the account': ['user', { user: '' }],
  'another account': ['user', { user: '65532' }],
  'a further group': ['further groups', { groups: ['docker'] }],
  'a root that can be written': ['read-only root', { readOnlyRoot: false }],
  'all privileges': ['privileged', { privileged: true }],
  'new privileges': ['no new privileges', { noNewPrivileges: false }],
  'no filter of system calls': ['seccomp profile', { seccomp: 'other' }],
  'a capability': ['capabilities', { capabilities: ['SYS_ADMIN'] }],
  'a network': ['network', { network: 'bridge' }],
  'the network of the host': ['network', { network: 'host' }],
  'shared memory of the host': ['ipc', { ipc: 'host' }],
  'processes of the host': ['shared namespaces', { sharedNamespaces: ['pid: host'] }],
  'a device': ['devices', { devices: ['/dev/kvm'] }],
  'a runtime that adds devices': ['runtime', { runtime: 'nvidia' }],
  'no limit of memory': ['memory in bytes', { memoryBytes: 0 }],
  'more memory': ['memory in bytes', { memoryBytes: asked.memoryBytes + 1 }],
  'swap without a limit': ['memory with swap in bytes', { memorySwapBytes: -1 }],
  'swap on top': ['memory with swap in bytes', { memorySwapBytes: asked.memoryBytes * 2 }],
  'no limit of processors': ['nano-processors', { nanoCpus: 0 }],
  'no limit of processes': ['processes', { pids: 0 }],
  'processes without an end': ['processes', { pids: -1 }],
  'no limit of open files': ['open files', { nofile: 0 }],
  'a health check of the image': ['health check', { healthCheck: true }],
  'a stop signal of the image': ['stop signal', { stopSignal: 'SIGQUIT' }],
  'an entry point of the image': ['entry point', { entrypoint: ['/own'] }],
  'no entry point': ['entry point', { entrypoint: [] }],
  'the image’s process 1': ['entry point', { entrypoint: ['/mcpcat-init', '--', 'node', 'server.js'] }],
  'another program': ['entry point', { entrypoint: ['/.mcpcat-1/mcpcat-init', '--', 'sh'] }],
  'other arguments': ['command', { command: ['--loud'] }],
  'no arguments': ['command', { command: [] }],
  'an order to process 1': [
    'environment MCPCAT_TERM_GRACE_MS',
    { env: { ...made.env, MCPCAT_TERM_GRACE_MS: '9999999' } },
  ],
  'another order to process 1': ['environment MCPCAT_LEASE', { env: { ...made.env, MCPCAT_LEASE: '0' } }],
  'an order to process 1 that is lost': [
    'environment MCPCAT_LEASE',
    { env: { MCPCAT_NETWORK: 'none', MCPCAT_REPORTS: '1' } },
  ],
  'no folder in memory': ['tmpfs /tmp', { tmpfs: made.tmpfs.slice(1) }],
  'a larger folder in memory': [
    'tmpfs /tmp',
    { tmpfs: made.tmpfs.map((mount) => (mount.target === '/tmp' ? { ...mount, bytes: 0 } : mount)) },
  ],
  'a writable message queue': [
    'tmpfs /dev/mqueue',
    { tmpfs: made.tmpfs.map((mount) => ({ ...mount, readOnly: false })) },
  ],
  'one more folder in memory': [
    'tmpfs /run',
    { tmpfs: [...made.tmpfs, { target: '/run', bytes: 1, uid: 0, gid: 0, mode: 0o755, readOnly: false }] },
  ],
};

for (const [name, [field, found]] of Object.entries(weaker))
  test(`read back and refused: ${name}`, () => assert.deepEqual(fields(found), [field]));

const mount = (more: Partial<RecordedMount>): RecordedMount => ({
  kind: 'volume',
  source: 'b'.repeat(64),
  target: '/data',
  readOnly: false,
  ...more,
});

test('a volume of the image is refused, unless a folder of ours in memory lies over it', () => {
  assert.deepEqual(fields({ mounts: [...made.mounts, mount({})] }), ['mount /data']);
  assert.deepEqual(fields({ mounts: [...made.mounts, mount({ target: '/tmp' })] }), []);
  assert.deepEqual(
    fields({ mounts: [...made.mounts, mount({ target: '/tmp', kind: 'bind', source: '/etc' })] }),
    ['mount /tmp'],
  );
});

test('a folder is the one that was handed over, and can be written only if that was said', () => {
  const changed = (target: string, more: Partial<RecordedMount>): RecordedMount[] =>
    made.mounts.map((one) => (one.target === target ? { ...one, ...more } : one));
  assert.deepEqual(fields({ mounts: changed('/docs', { source: '/home/ada/.ssh' }) }), ['mount /docs']);
  assert.deepEqual(fields({ mounts: changed('/docs', { readOnly: false }) }), ['mount /docs']);
  assert.deepEqual(fields({ mounts: changed('/docs', { kind: 'volume' }) }), ['mount /docs']);
  assert.deepEqual(fields({ mounts: changed('/state', { source: 'another' }) }), ['mount /state']);
  assert.deepEqual(fields({ mounts: made.mounts.filter(({ target }) => target !== '/docs') }), [
    'mount /docs',
  ]);
  // Docker Desktop's virtual machine has the host's folders below one of its own.
  assert.deepEqual(fields({ mounts: changed('/docs', { source: '/host_mnt/home/ada/docs' }) }), []);
});

test('a folder of Windows is known in the virtual machine that has it', () => {
  const folder = (source: string): ContainerSettings['mounts'][number] => ({
    kind: 'bind',
    source,
    target: '/docs',
    readOnly: true,
  });
  const differs = (source: string): unknown => {
    const found = { ...made, mounts: [{ kind: 'bind', source, target: '/docs', readOnly: true }] };
    return differencesOf({ ...asked, mounts: [folder('C:\\Users\\Ada\\docs')] }, found).length;
  };
  assert.deepEqual(
    ['C:\\Users\\Ada\\docs', '/run/desktop/mnt/host/c/Users/Ada/docs', '/host_mnt/c/Users/Ada'].map(differs),
    [0, 0, 1],
  );
});

test('stricter than asked for is fine', () => {
  const less = { memoryBytes: 1, memorySwapBytes: 1, nanoCpus: 1, pids: 1, nofile: 1, runtime: '' };
  assert.deepEqual(fields(less), []);
});

test('the entry point must be the one that was asked for, to its last word', () => {
  const entrypoint = ['/.mcpcat-1/mcpcat-init', '--', '/.mcpcat-1/mcpcat-init'];
  assert.deepEqual(fields({ entrypoint }, { entrypoint }), []);
  assert.deepEqual(fields({}, { entrypoint }), ['entry point']);
  assert.deepEqual(fields({ entrypoint: [...entrypoint, 'watch'] }, { entrypoint }), ['entry point']);
});

test('the refusal names the field, what was expected and what was found, all of them', () => {
  const found = { ...made, user: '0:0', capabilities: ['NET_RAW'] };
  const refuse = (): void => refuseDifferences(asked, found);
  assert.throws(
    refuse,
    refused('container-differs', /mcpcat\/notes:local\): user: expected 65532:65532, found 0:0$/),
  );
  assert.throws(refuse, { detail: ['capabilities: expected none, found NET_RAW'] });
  refuseDifferences(asked, made);
});

test('limits that the user does without are no difference; all others are, and what would do without is named', () => {
  const none = { memoryBytes: 0, memorySwapBytes: 0, nanoCpus: 0, pids: 0 };
  assert.deepEqual(fields(none, { lacking: ['memory', 'cpu', 'pids'] }), []);
  assert.deepEqual(fields(none, { lacking: ['cpu'] }), [
    'memory in bytes',
    'memory with swap in bytes',
    'processes',
  ]);
  assert.deepEqual(fields({ nofile: 0 }, { lacking: ['memory', 'swap', 'cpu', 'pids'] }), ['open files']);
  const adviceOn = (found: Partial<RecordedSettings>): unknown => {
    try {
      refuseDifferences(asked, { ...made, ...found });
    } catch (error) {
      assert.ok(error instanceof McpcatError && error.code === 'container-differs');
      return error.inputs;
    }
    return 'nothing was refused';
  };
  assert.deepEqual(adviceOn({ pids: 0, nanoCpus: -1 }), [{ name: 'accept-missing', value: 'cpu,pids' }]);
  // A limit that is only wider, or anything else besides, is nothing to do without.
  assert.deepEqual(adviceOn({ pids: 9999 }), []);
  assert.deepEqual(adviceOn({ pids: 0, privileged: true }), []);
});
