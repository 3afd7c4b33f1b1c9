import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { loadBases } from '../../src/base/references.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { Lock } from '../../src/catalog/lock.ts';
import type { Server } from '../../src/catalog/server.ts';
import { estimateSeconds as estimate } from '../../src/pipeline/estimate.ts';
import { planRebuilds } from '../../src/pipeline/plan.ts';
import { unfitReason, buildEnvironmentsFor, type BuildEnvironments } from '../../src/pipeline/platforms.ts';
import { shardsOf } from '../../src/pipeline/shards.ts';
import { variantsOf } from '../../src/pipeline/variants.ts';
import { repositoryRootOf } from '../../src/publish/target.ts';
import { engineWith, entryAt, files, publish } from '../publish/rig.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { project } from '../rig/engine.ts';

const now = new Date('2026-11-27T12:00:00Z');
let real: OpenRegistry;
let buildEnvironments: BuildEnvironments;
before(async () => {
  real = await openRegistry();
  const templates = path.join(project, 'templates');
  const platform = 'linux/amd64';
  const bases = await loadBases(templates, platform);
  buildEnvironments = [{ bases, templates, platform }];
});
after(() => real[Symbol.asyncDispose]());

test('tasks are dealt out longest first, and no job has much more to do than another', () => {
  const tasks = [50, 10, 40, 30, 20, 60].map((seconds, index) => ({
    name: `s${String(index)}`,
    estimateSeconds: seconds,
  }));
  const shards = shardsOf(tasks, { count: 2 });
  assert.deepEqual(
    shards.map(({ shard, names, estimateSeconds }) => [shard, names.join(' '), estimateSeconds]),
    [
      [1, 's5 s3 s4', 110],
      [2, 's0 s2 s1', 100],
    ],
  );
});

test('there are never more jobs than work, nor as many as GitHub refuses', () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({
    name: `s${String(index)}`,
    estimateSeconds: 900,
  }));
  const shards = shardsOf(many);
  assert.equal(shards.length, 255);
  assert.deepEqual(shards.flatMap(({ names }) => names).toSorted(), many.map(({ name }) => name).toSorted());
  assert.equal(shardsOf(many.slice(0, 3), { count: 200 }).length, 3);
  assert.deepEqual(shardsOf([]), []);
  assert.equal(shardsOf(many.slice(0, 2)).length, 2);
});

test('each task can be dealt to two jobs, never to the same one twice', () => {
  const tasks = [50, 10, 40, 30, 20, 60].map((estimateSeconds, index) => ({
    name: `s${String(index)}`,
    estimateSeconds,
  }));
  for (const count of [undefined, 2, 3, 5, 12, 100]) {
    const shards = shardsOf(tasks, { count, copies: 2 });
    for (const { names } of shards) assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      shards.flatMap(({ names }) => names).toSorted(),
      tasks.flatMap(({ name }) => [name, name]).toSorted(),
    );
  }
  assert.equal(shardsOf(tasks.slice(0, 1), { count: 1, copies: 2 }).length, 2);
});

test('what takes longer in truth is estimated longer', async () => {
  const of = async (name: string): Promise<number> => {
    const { lock } = await loadServer(path.join(project, 'catalog'), name);
    return estimate(Lock.parse(lock));
  };
  const [time, playwright, grafana, github] = await Promise.all(
    ['time', 'playwright', 'grafana', 'github'].map(of),
  );
  assert.ok((playwright ?? 0) > (time ?? 0));
  assert.ok((grafana ?? 0) > (github ?? 0));
});

test('an entry is due until the registry has what it is now, and that takes one HEAD', async () => {
  await using proxy = await faultyProxy(real.host, () => undefined);
  using entry = entryAt('1.2.3');
  const server = await entry.server();
  const repositoryRoot = repositoryRootOf(`${proxy.host}/test`, { env: {} });
  const plan = async (): Promise<readonly [string, string]> => {
    proxy.seen.length = 0;
    const [planned] = await planRebuilds({ servers: [server], buildEnvironments, repositoryRoot, now });
    return [planned?.state ?? '', planned?.reason ?? ''];
  };
  assert.deepEqual(await plan(), ['due', 'not in the registry']);
  const [variant] = await variantsOf(server, buildEnvironments);
  await entry.prove((proof) => ({ ...proof, image: { ...proof.image, fingerprint: variant.fingerprint } }));
  const engine = engineWith({ [variant.image]: { ...variant, files } });
  await publish(entry, { registry: client(proxy.host), engine, variants: [variant] });
  assert.deepEqual(await plan(), ['current', '']);
  assert.deepEqual(
    proxy.seen.map(({ method }) => method),
    ['HEAD'],
  );
  // A newer package in a base changes the reference of every base that has it, and so the inputs of all its servers.
  const newer = structuredClone(buildEnvironments[0].bases);
  const bases = {
    ...newer,
    node: { ...newer.node, runtime: { ...newer.node.runtime, fingerprint: 'other' } },
  };
  const [refreshed] = await planRebuilds({
    now,
    servers: [server],
    buildEnvironments: [{ ...buildEnvironments[0], bases }],
    repositoryRoot,
  });
  assert.deepEqual([refreshed?.state, refreshed?.reason], ['due', 'not in the registry as it is now']);
});

test('without a registry the record is believed; an entry without a lock is blocked and stops nobody', async () => {
  using entry = entryAt('1.2.3');
  const server = await entry.server();
  const unlocked: Server = { ...server, lock: undefined };
  const planned = await planRebuilds({
    now,
    servers: [unlocked, server],
    buildEnvironments,
    repositoryRoot: undefined,
  });
  assert.deepEqual(
    planned.map(({ state, reason }) => [state, reason]),
    [
      ['blocked', 'no lock yet: mcpcat update echo'],
      ['due', 'never built'],
    ],
  );
});

test('a registry that does not answer is said, and nothing is planned from it', async () => {
  using entry = entryAt('1.2.3');
  await using down = await faultyProxy(real.host, () => ({ kind: 'answer', status: 503, body: '' }));
  const registry = client(down.host, { retryPolicy: { attempts: 2 } });
  const repositoryRoot = { registry, targetOf: () => ({ registry, repository: 'test/echo' }) };
  await assert.rejects(
    planRebuilds({ servers: [await entry.server()], buildEnvironments, repositoryRoot, now }),
    {
      code: 'upstream-unavailable',
    },
  );
});

test('a hole that stops a publication makes an entry due, with what to do first', async () => {
  using entry = entryAt('1.0.0');
  const server = await entry.server();
  const hole = {
    id: 'GHSA-1',
    aliases: [],
    severity: 'high',
    ecosystem: 'npm',
    name: 'echo',
    version: '1.0.0',
  };
  const record = {
    ...{ scanVersion: 1, version: '1.0.0', date: '2026-11-24', sources: [], checked: [], unchecked: [] },
    holes: [{ ...hole, fixed: '1.0.1', known: '2026-11-20', exceptedUntil: null }],
  };
  writeFileSync(path.join(entry.folder, 'scan.json'), JSON.stringify(record));
  const [planned] = await planRebuilds({
    servers: [server],
    buildEnvironments,
    repositoryRoot: undefined,
    now,
  });
  assert.equal(planned?.state, 'due');
  assert.match(
    planned.reason,
    /^known hole: GHSA-1 \(high\) in echo 1\.0\.0, fixed in 1\.0\.1: update it first$/,
  );
});

test('another platform changes nothing for this one, and is left out with a reason where it can’t be', async () => {
  const both = await buildEnvironmentsFor(buildEnvironments[0], ['linux/arm64', 'linux/amd64']);
  const catalog = path.join(project, 'catalog');
  const [memory, git] = await Promise.all(['memory', 'git'].map((name) => loadServer(catalog, name)));
  assert.ok(memory !== undefined && git !== undefined);
  const [own] = await variantsOf(memory, buildEnvironments);
  const variants = await variantsOf(memory, both);
  assert.deepEqual(
    variants.map(({ platform, image }) => [platform, image]),
    [
      ['linux/amd64', 'mcpcat/memory:local'],
      ['linux/arm64', 'mcpcat/memory:local-arm64'],
    ],
  );
  assert.equal(variants[0].fingerprint, own.fingerprint);
  assert.notEqual(variants[1]?.fingerprint, own.fingerprint);
  assert.match(unfitReason(git, 'linux/arm64') ?? '', /Debian package of .* for linux\/arm64/);
  assert.equal((await variantsOf(git, both)).length, 1);
  await assert.rejects(buildEnvironmentsFor(buildEnvironments[0], ['linux/riscv64']), { code: 'usage' });
});
