import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import tar from 'tar-stream';
import type { Engine } from '../../src/engine/engine.ts';
import { markedBase } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';

const timeout = 120_000;
let engine: Engine;
const opened = closedAfterwards();
let base: Awaited<ReturnType<typeof markedBase>>;
const mine = `mcpcat-test/neighbour:${String(process.pid)}`;
const failing = `mcpcat-test/failing:${String(process.pid)}`;

before(
  async () => {
    engine = await testEngine();
    base = opened.use(await markedBase(engine, 'node', 'build'));
    opened.defer(async () => {
      for (const image of [mine, failing]) await engine.removeImage(image, { force: true });
    });
  },
  { timeout },
);

/** Bytes of a file whose copying takes the engine a while. */
const bulk = 500 << 20;

async function build(
  tag: string,
  steps: readonly string[],
  onOutput: (line: string) => void = () => undefined,
): Promise<string> {
  const pack = tar.pack();
  const context = buffer(pack);
  pack.entry({ name: 'Dockerfile' }, [`FROM ${base.reference}`, `ENV A=${tag}`, ...steps, ''].join('\n'));
  if (steps.some((step) => step.startsWith('COPY'))) pack.entry({ name: 'bulk' }, Buffer.alloc(bulk));
  pack.finalize();
  return engine.buildImage(Readable.from([await context]), { tag, onOutput });
}

test('a build that fails leaves alone what others are building on the same base', { timeout }, async () => {
  const busy = Promise.withResolvers<void>();
  // While it copies, its first step is an image without a name, and no container holds it.
  const building = build(mine, ['COPY bulk /'], (line) => {
    if (line.includes('COPY bulk')) busy.resolve();
  });
  await busy.promise;
  await assert.rejects(build(failing, ['RUN ["false"]']), { code: 'build-failed' });
  assert.match(await building, /^sha256:/);
  const left = (await engine.listImages(base.labels)).filter(({ tags }) => tags.length === 0);
  assert.deepEqual(left, []);
});
