import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runtimeFacts } from '../../src/catalog/runtime.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Overrides, Sandbox } from '../../src/sandbox/sandbox.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const mib = 1024 ** 2;
const policy = (more: Readonly<Record<string, unknown>> = {}, overrides: Partial<Overrides> = {}): Sandbox =>
  sandboxOf(entryOf(more), { ...noOverrides, ...overrides }, fakePaths());

test('an entry that asks for nothing gets the defaults', () => {
  assert.deepEqual(policy(), {
    name: 'notes',
    env: {},
    secrets: {},
    args: [],
    mounts: [],
    handed: [],
    written: [],
    user: '65532:65532',
    writable: ['/tmp'],
    memoryBytes: 512 * mib,
    cpus: 1,
    pids: 128,
    shmBytes: undefined,
    network: [],
    readsResolvConf: false,
  });
});

test('only what runs on Python may read resolv.conf itself', () => {
  for (const [source, expected] of [
    ['pypi:notes', true],
    ['npm:pypi', false],
    ['npm:@pypi/x', false],
    ['go:example.com/pypi', false],
  ] as const)
    assert.equal(policy({ source }).readsResolvConf, expected, source);
});

test('of a source without a known runtime what works for all is taken', () => {
  for (const source of ['oci:example.com/x', 'constructor:x', ''])
    assert.deepEqual(runtimeFacts(source), { readsResolvConf: true });
});

test('the limits of the entry count, and those of the user count more', () => {
  const limits = { memory: '1g', cpus: 2, pids: 64 };
  const { memoryBytes, cpus, pids } = policy({ limits });
  assert.deepEqual([memoryBytes, cpus, pids], [1024 * mib, 2, 64]);
  const own = policy({ limits }, { memory: '64m', cpus: '0.5', pids: '32' });
  assert.deepEqual([own.memoryBytes, own.cpus, own.pids], [64 * mib, 0.5, 32]);
});

test("the user's arguments come after the entry's", () => {
  assert.deepEqual(policy({ args: ['--stdio'] }, { args: ['--verbose'] }).args, ['--stdio', '--verbose']);
});

/** Option → values that would be no limit, or none that an engine understands. */
const wrong: Readonly<Record<'memory' | 'cpus' | 'pids', readonly string[]>> = {
  memory: ['0', '-1', '512', 'lots', '1t', '1.5g', '15m', '1k', '0m', '99999999g', '512m;'],
  cpus: ['0', '-1', 'all', '1e3', '0.001', 'Infinity', 'NaN', '', '513', '1,5'],
  pids: ['0', '-1', '1', '1.5', 'unlimited', '', '99999', '1e2', '0x10'],
};
for (const [option, values] of Object.entries(wrong)) {
  for (const value of values) {
    test(`${option} ${value === '' ? '(empty)' : value} is refused`, () => {
      assert.throws(
        () => policy({}, { [option]: value }),
        refused('usage', new RegExp(`^${option}: expected .*found "${value.replace(/[.+]/g, '\\$&')}"$`)),
      );
    });
  }
}

test('an entry with less memory than any runtime needs is refused by the name of its own field', () => {
  assert.throws(
    () => policy({ limits: { memory: '8m' } }),
    refused('usage', /^limits\.memory: expected from 16m/),
  );
});

/** What the schema lets no entry ask for. */
const tooMuch: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'no memory limit': { limits: { memory: '0m' } },
  'a share of memory in words': { limits: { memory: 'unlimited' } },
  'a negative number of processes': { limits: { pids: -1 } },
  'any number of processes': { limits: { pids: 100_000 } },
  'no processor limit': { limits: { cpus: 0 } },
  'a limit that does not exist': { limits: { swap: '1g' } },
  'all of the root for writing': { permissions: { writable: ['/'] } },
  'a folder through ..': { permissions: { writable: ['/data/../etc'] } },
  'a mount through ..': {
    permissions: { mounts: [{ name: 'x', target: '/data/../usr', description: 'X' }] },
  },
  'a mount with options in its target': {
    permissions: { mounts: [{ name: 'x', target: '/data:rw,exec', description: 'X' }] },
  },
  'a folder with options in its name': { permissions: { writable: ['/data,exec'] } },
  'a host folder': { permissions: { mounts: [{ name: 'x', target: '/x', source: '/', description: 'X' }] } },
  capabilities: { permissions: { capabilities: ['SYS_ADMIN'] } },
  'to be privileged': { privileged: true },
  devices: { permissions: { devices: ['/dev/kvm'] } },
  'another user': { user: '0:0' },
  "process 1's own settings": { env: { MCPCAT_EOF_GRACE_MS: { description: 'Grace', default: '3600000' } } },
  'shared memory without a size': { shm: 'all' },
};
for (const [what, more] of Object.entries(tooMuch)) {
  test(`no entry can ask for ${what}`, () => {
    assert.throws(() => entryOf(more), { name: 'ZodError' });
  });
}

test('authorities that the user trusts are there to be read, unless a setting names others', () => {
  const authorities = '/home/ada/.cache/mcpcat/authorities/1';
  const { env, mounts } = policy(
    { env: { CURL_CA_BUNDLE: { description: 'Its own.' } } },
    { authorities, env: { CURL_CA_BUNDLE: '/own.pem' } },
  );
  assert.deepEqual(mounts, [
    { source: authorities, target: '/mcpcat-authorities', readOnly: true, kind: 'bind' },
  ]);
  assert.equal(env['SSL_CERT_FILE'], '/mcpcat-authorities/all.pem');
  assert.equal(env['NODE_EXTRA_CA_CERTS'], '/mcpcat-authorities/further.pem');
  assert.equal(env['CURL_CA_BUNDLE'], '/own.pem');
  const java = '-Djavax.net.ssl.trustStore=/mcpcat-authorities/all.jks';
  assert.equal(env['JAVA_TOOL_OPTIONS'], java);
  const own = { JAVA_TOOL_OPTIONS: { description: 'Its own.', default: '-Xmx64m' } };
  assert.equal(policy({ env: own }, { authorities }).env['JAVA_TOOL_OPTIONS'], `${java} -Xmx64m`);
  assert.equal(policy({ env: own }).env['JAVA_TOOL_OPTIONS'], '-Xmx64m');
});

test('an address that the user gave is known by another one inside, in settings, secrets and arguments', () => {
  const { env, secrets, args, network } = policy(
    {
      env: {
        HASS_URL: { description: 'Where it is.' },
        TOKEN: { description: 'A token.', secret: true },
      },
      permissions: { network: ['{HASS_URL}'] },
    },
    {
      env: { HASS_URL: 'http://192.168.1.10:8123/', TOKEN: 'x@192.168.1.10' },
      args: ['--url', 'http://192.168.1.10:8123'],
    },
  );
  assert.equal(env['HASS_URL'], 'http://127.77.0.1:8123/');
  assert.deepEqual(args, ['--url', 'http://127.77.0.1:8123']);
  assert.equal(secrets['TOKEN'], 'x@127.77.0.1');
  assert.deepEqual(
    network.map(({ kind, name, ports }) => ({ kind, name, ports })),
    [{ kind: 'address', name: '192.168.1.10', ports: [8123] }],
  );
});
