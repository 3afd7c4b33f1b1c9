/** What the user's settings file takes away is what the engine is asked for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { talk } from '../rig/talk.ts';

const timeout = 120_000;
const server = 'settings-none';
const configuration = mkdtempSync(path.join(tmpdir(), 'mcpcat-config-'));
let engine: Engine;
const opened = closedAfterwards();
opened.defer(() => rmSync(configuration, { recursive: true }));
let catalog: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    const more = `permissions: {network: [a.example.com, b.example.com]}
limits: {memory: 256m, cpus: 1, pids: 64}
`;
    catalog = opened.use(await fixtureCatalog(engine, { none: more }, 'settings'));
    mkdirSync(path.join(configuration, 'mcpcat'));
  },
  { timeout },
);

interface HostConfig {
  readonly Memory: number;
  readonly MemorySwap: number;
  readonly CpuQuota: number;
  readonly CpuPeriod: number;
  readonly PidsLimit: number;
  readonly Dns: readonly string[];
  readonly ExtraHosts: readonly string[] | null;
  readonly NetworkMode: string;
}

/** What the engine has been asked for, with this section of the settings file. */
async function asked(section: unknown, ...args: readonly string[]): Promise<HostConfig> {
  const file = path.join(configuration, 'mcpcat/settings.json');
  writeFileSync(file, JSON.stringify({ servers: { [server]: section } }));
  const client = await talk([server, '--catalog', catalog.folder, ...args], {
    XDG_CONFIG_HOME: configuration,
  });
  try {
    const [container] = await engine.listContainers({ [label.server]: server });
    const format = ['--format', '{{json .HostConfig}}'];
    return JSON.parse(
      execFileSync('docker', ['inspect', ...format, container?.id ?? ''], { encoding: 'utf8' }),
    ) as HostConfig;
  } finally {
    await client.close();
  }
}

const hosts = ({ ExtraHosts }: HostConfig): readonly string[] =>
  (ExtraHosts ?? []).map((line) => line.split(':')[0] ?? '').filter((name) => name.endsWith('.example.com'));

test('an empty section leaves what the entry declares', { timeout }, async () => {
  const config = await asked({});
  assert.deepEqual(
    [config.Memory, config.PidsLimit, hosts(config)],
    [256 << 20, 64, ['a.example.com', 'b.example.com']],
  );
});

test('smaller limits and fewer hosts reach the container', { timeout }, async () => {
  const config = await asked({ network: ['b.example.com'], memory: '128m', cpus: 0.5, pids: 32 });
  const { Memory, MemorySwap, CpuQuota, CpuPeriod, PidsLimit, NetworkMode } = config;
  assert.deepEqual(
    { Memory, MemorySwap, processors: CpuQuota / CpuPeriod, PidsLimit, NetworkMode },
    { Memory: 128 << 20, MemorySwap: 128 << 20, processors: 0.5, PidsLimit: 32, NetworkMode: 'none' },
  );
  assert.deepEqual(hosts(config), ['b.example.com']);
});

test('denyNetwork leaves no tunnel at all', { timeout }, async () => {
  const config = await asked({ denyNetwork: true });
  assert.deepEqual([config.Dns, hosts(config)], [[], []]);
});

test('an option of this one run comes after the file', { timeout }, async () => {
  const config = await asked({ memory: '128m', network: [] }, '--memory', '192m', '--allow', 'c.example.com');
  assert.deepEqual([config.Memory, hosts(config)], [192 << 20, ['c.example.com']]);
});
