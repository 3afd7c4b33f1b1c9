import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { FakeGitHub } from '../forge/fake-github.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';
import { registry, type Package, type Protocol } from './registry.ts';

/** 85 npm, 25 PyPI and 10 Go servers. */
type Shares = Readonly<Record<Protocol, number>>;
const usualShares: Shares = { npm: 85, pypi: 25, go: 10 };
const runtimes: Readonly<Record<Protocol, string>> = { npm: 'node', pypi: 'python', go: 'go' };

export interface Factory {
  readonly env: Readonly<Record<string, string>>;
  readonly catalog: string;
  readonly requests: () => number;
  readonly packages: Readonly<Record<Protocol, Record<string, Package>>>;
  serve(protocol: Protocol, packages: Readonly<Record<string, Package>>): void;
}

/** A catalog of 120 entries, or as many as a test needs, whose packages are in three registries on loopback. */
export async function factory(t: TestContext, shares = usualShares): Promise<Factory> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-scale-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const packages: Record<Protocol, Record<string, Package>> = { npm: {}, pypi: {}, go: {} };
  for (const protocol of ['npm', 'pypi', 'go'] as const)
    for (let index = 0; index < shares[protocol]; index++) addEntry(folder, { protocol, index, packages });
  const stands = await Promise.all(
    (['npm', 'pypi', 'go'] as const).map(
      async (protocol) => [protocol, await registry(protocol, packages[protocol])] as const,
    ),
  );
  const github = await FakeGitHub.start();
  github.repositories = Object.fromEntries(
    Object.values(packages).flatMap((all) =>
      Object.keys(all).map((name) => [`someone/${repoOf(name)}`, { license: 'MIT' }]),
    ),
  );
  t.after(async () => {
    for (const [, fake] of stands) await fake[Symbol.asyncDispose]();
    await github[Symbol.asyncDispose]();
  });
  const env = Object.assign({}, ...stands.map(([, fake]) => fake.env), github.env) as Record<string, string>;
  return {
    env: { ...env, XDG_CACHE_HOME: path.join(folder, 'cache') },
    catalog: path.join(folder, 'catalog'),
    packages,
    requests: () =>
      github.requests.length + stands.reduce((sum, [, { requests }]) => sum + requests.length, 0),
    serve: (protocol, others) => stands.find(([other]) => other === protocol)?.[1].serve(others),
  };
}

function repoOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]/g, '-');
}

/** Half of them are behind. */
function addEntry(
  folder: string,
  {
    protocol,
    index,
    packages,
  }: { protocol: Protocol; index: number; packages: Record<Protocol, Record<string, Package>> },
): void {
  const v = protocol === 'go' ? 'v' : '';
  const name = protocol === 'go' ? `example.com/server${String(index)}` : `server${String(index)}`;
  packages[protocol][name] = {
    versions: Array.from({ length: 60 }, (_, minor) => `${v}1.${String(minor)}.0`),
  };
  const entry = `${protocol}-${String(index)}`;
  const place = path.join(folder, 'catalog', entry);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    path.join(place, 'server.yaml'),
    `name: ${entry}
title: Fixture
description: A fixture of the tests.
categories: [testing]
repository: https://github.com/someone/${repoOf(name)}
license: MIT
source: ${protocol}:${name}
command: [server]
`,
  );
  const version = `${v}1.${index % 2 === 0 ? '59' : '30'}.0`;
  const lock = {
    lockVersion: 1,
    source: `${protocol}:${name}`,
    version,
    runtime: runtimes[protocol],
    bin: {},
    artifacts: [],
  };
  writeFileSync(path.join(place, 'lock.json'), JSON.stringify(lock));
}

/** `mcpcat update --check` of the whole catalog. */
export async function check({
  env,
  catalog,
}: Factory): Promise<Ran & { seconds: number; states: Record<string, number> }> {
  const started = performance.now();
  const ran = await runHere(['update', '--all', '--check', '--json', '--catalog', catalog], {
    ...process.env,
    ...env,
  });
  const seconds = (performance.now() - started) / 1000;
  const rows = JSON.parse(ran.stdout) as { state: string }[];
  const groups = Object.groupBy(rows, ({ state }) => state);
  const states = Object.fromEntries(Object.entries(groups).map(([state, all]) => [state, all?.length ?? 0]));
  return { ...ran, seconds, states };
}
