/** Declared = enforced = verified: what `mcpcat test` verifies is what `mcpcat run` starts, field by field. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, noneLeft, project, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';

const timeout = 120_000;
const entries = {
  // Nothing but the defaults.
  'never-answers': '',
  // Everything that an entry can ask for.
  'error-answer': `args: [--verbose]
env: {MODE: {description: A mode, default: fast}, TOKEN: {description: A token, secret: true, required: true, example: tok}}
permissions: {network: [api.example.com], writable: [/tmp, /data], mounts: [{name: files, target: /files, mode: ro, description: Files}]}
limits: {memory: 256m, cpus: 0.5, pids: 64}
shm: 32m
`,
};

interface Inspected {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly HostConfig: Readonly<Record<string, unknown>> & { readonly Mounts?: Mounts };
  readonly Mounts: Mounts;
}
type Mounts = readonly Readonly<Record<string, unknown>>[];

let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    catalog = await fixtureCatalog(engine, entries, 'verbs');
    opened.defer(async () => {
      for (const name of catalog.names) await noneLeft(engine, { [label.server]: name });
    });
    opened.use(catalog);
  },
  { timeout },
);

/** The engine's own words: the port gives no more than mcpcat needs. */
async function inspect(id: string): Promise<Inspected> {
  const socketPath = engine.endpoint.replace(/^unix:\/\//, '');
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get({ socketPath, path: `/containers/${id}/json` }, resolve).on('error', reject);
  });
  return (await json(response)) as Inspected;
}

/** Starts a verb, and looks at its container as soon as there is one. */
async function containerOf(role: 'run' | 'test', name: string, more: readonly string[]): Promise<Inspected> {
  const labels = { [label.role]: role, [label.server]: name };
  const child = spawn(process.execPath, [mcpcat, role, name, '--catalog', catalog.folder, ...more], {
    cwd: project,
    env: { ...process.env, TOKEN: 'tok' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const found = await eventually(
      async () => {
        const containers = await engine.listContainers(labels);
        const all = await Promise.all(containers.map(({ id }) => inspect(id)));
        // Not the one that is never started: a way to the files of the volume of process 1.
        return all.find(
          (one) => 'HostConfig' in one && !String(one.Config['Entrypoint']).startsWith('/never-started'),
        );
      },
      (inspected) => inspected !== undefined,
    );
    assert.ok(found);
    return found;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** Without what names one container, and without the difference that is meant: who removes it. */
function comparable({ Config, HostConfig, Mounts }: Inspected): unknown {
  const { Labels: labels, Env: env, ...plain } = Config;
  const { AutoRemove: autoRemove, Mounts: requested = [], ...host } = HostConfig;
  assert.ok(typeof labels === 'object' && typeof autoRemove === 'boolean');
  // How long an end is waited for is the test's own: it measures it.
  const same = (env as readonly string[]).filter((variable) => !variable.startsWith('MCPCAT_EOF_GRACE_MS='));
  const config = { ...plain, Env: same.map(withoutIdentity) };
  // The engine lists what is mounted in an order of its own at each look (a map of Go); what was asked for, as asked.
  const mounts = Mounts.toSorted(byDestination).map(withoutSource);
  const all = { config, host, mounts, requested: requested.map(withoutSource) };
  // Process 1 lies at a place of its own in each container (docs/decisions/0031).
  return JSON.parse(JSON.stringify(all).replaceAll(/\/\.mcpcat-[0-9a-f]+/g, '/.mcpcat-ID'));
}

function byDestination(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  return String(a['Destination']).localeCompare(String(b['Destination']));
}

/** The folders are two: what process 1 compares is each one's own (docs/decisions/0021). */
function withoutIdentity(variable: string): string {
  return variable.startsWith('MCPCAT_MOUNTS=') ? variable.replaceAll(/\d+:\d+ /g, 'DEV:INO ') : variable;
}

function withoutSource({ Source: _source, ...mount }: Readonly<Record<string, unknown>>): unknown {
  return mount;
}

for (const [behaviour, more] of [
  ['never-answers', []],
  ['error-answer', ['--mount', `files=${project}/docs`]],
] as const) {
  test(
    `test and run start "${behaviour}" with the same settings, but for labels and who removes it`,
    { timeout },
    async () => {
      const name = `verbs-${behaviour}`;
      const verified = await containerOf('test', name, []);
      const started = await containerOf('run', name, more);
      assert.deepEqual(comparable(started), comparable(verified));
      assert.deepEqual([started.HostConfig['AutoRemove'], verified.HostConfig['AutoRemove']], [true, false]);
    },
  );
}

test('the engine confirms every setting that was asked for', { timeout }, async () => {
  const { Config, HostConfig } = await containerOf('run', 'verbs-never-answers', []);
  const { User, Tty, OpenStdin, StdinOnce, ExposedPorts } = Config;
  assert.deepEqual(
    { User, Tty, OpenStdin, StdinOnce, ExposedPorts },
    { User: '65532:65532', Tty: false, OpenStdin: true, StdinOnce: true, ExposedPorts: undefined },
  );
  const expected = {
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', 'seccomp'],
    NetworkMode: 'none',
    IpcMode: 'none',
    Memory: 512 * 1024 ** 2,
    MemorySwap: 512 * 1024 ** 2,
    CpuPeriod: 250_000,
    CpuQuota: 250_000,
    NanoCpus: 0,
    PidsLimit: 128,
    OomKillDisable: false,
    PublishAllPorts: false,
    LogConfig: { Type: 'none', Config: {} },
  };
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, HostConfig[name]]));
  const security = HostConfig['SecurityOpt'] as readonly string[];
  assert.deepEqual({ ...found, SecurityOpt: security.map((option) => option.split('=')[0]) }, expected);
  const profile = JSON.parse(security[1]?.replace('seccomp=', '') ?? '{}') as { defaultAction?: string };
  assert.equal(profile.defaultAction, 'SCMP_ACT_ERRNO');
  const given = neverGiven.filter(
    (name) => !/^(null|""|\[\]|\{\})?$/.test(JSON.stringify(HostConfig[name] ?? null)),
  );
  assert.deepEqual(given, []);
});

/** Engines say null, an empty text, list or object for nothing. */
const neverGiven = [
  'Binds',
  'CapAdd',
  'DeviceCgroupRules',
  'DeviceRequests',
  'Devices',
  'GroupAdd',
  'Links',
  'PidMode',
  'PortBindings',
  'UTSMode',
  'UsernsMode',
  'VolumesFrom',
];
