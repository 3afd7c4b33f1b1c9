import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { catalogCopy, markedBase, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { engineProxy } from '../rig/engine-proxy.ts';
import { eventually, testEngine } from '../rig/engine.ts';
import { start } from '../rig/started.ts';

const timeout = 300_000;
let engine: Engine;
const opened = closedAfterwards();
let catalog: CatalogCopy;
let base: Awaited<ReturnType<typeof markedBase>>;

before(
  async () => {
    engine = await testEngine();
    base = opened.use(await markedBase(engine, 'node', 'build'));
    catalog = opened.use(catalogCopy(['sequential-thinking'], engine));
  },
  { timeout },
);

/** Images and containers of builds on the marked base, its own tag aside. */
async function inProgress(): Promise<string[]> {
  const [images, containers] = await Promise.all([
    engine.listImages(base.labels),
    engine.listContainers(base.labels),
  ]);
  const foreign = images.filter(({ tags }) => !tags.includes(base.reference));
  return [...foreign, ...containers].map(({ id }) => id);
}

/** Known by what the engine has by then: how long that takes is the machine's affair. */
const moments: Readonly<Record<string, () => Promise<unknown>>> = {
  'as it is asked for': () => Promise.resolve(),
  'once a step has left an image': () => eventually(inProgress, (found) => found.length > 0),
  'while a step runs': () =>
    eventually(
      () => engine.listContainers(base.labels),
      (found) => found.length > 0,
    ),
};

async function interrupted(signal: 'SIGINT' | 'SIGTERM', moment: () => Promise<unknown>): Promise<void> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'mcpcat-interrupted-'));
  await using proxy = await engineProxy();
  const started = start(
    [
      ...['build', '--all', '--catalog', catalog.folder, '--base', `node-build=${base.reference}`],
      ...['--engine', proxy.address],
    ],
    { env: { TMPDIR: temporary } },
  );
  await proxy.asked(/^POST .*\/build\?/);
  await moment();
  started.process.kill(signal);
  const { code, stderr } = await started.ended;
  const leftovers = readdirSync(temporary).filter((name) => name.startsWith('mcpcat'));
  rmSync(temporary, { recursive: true });
  assert.equal(code, 130, stderr);
  assert.match(stderr, /cancelled/);
  assert.doesNotMatch(stderr, /a bug of ours/);
  assert.deepEqual(leftovers, []);
  assert.equal(await engine.inspectImage(catalog.images[0] ?? ''), undefined);
  // What the engine was doing at that moment may take it a moment to give up.
  await eventually(inProgress, (left) => left.length === 0);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  for (const [when, moment] of Object.entries(moments)) {
    const title = `${signal} to a build, ${when}, leaves no image, container or folder`;
    test(title, { timeout }, () => interrupted(signal, moment));
  }
}
