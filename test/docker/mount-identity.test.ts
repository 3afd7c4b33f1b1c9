/** A folder that is swapped after it was judged and before the engine mounts it: the server never starts. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { engineProxy } from '../rig/engine-proxy.ts';
import { noneLeft, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { hello } from '../rig/hello.ts';
import { start } from '../rig/started.ts';

const timeout = 120_000;
const server = 'identity-none';
let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    const mounts = 'permissions: {mounts: [{name: data, target: /data, mode: rw, description: Data}]}\n';
    catalog = opened.use(await fixtureCatalog(engine, { none: mounts }, 'identity'));
  },
  { timeout },
);

interface Folders {
  /** Below `outer`; the one that is handed over. */
  readonly handed: string;
  readonly outer: string;
  /** Another folder of this kind, with a `data` in it. */
  readonly other: string;
}

/** All of the test's own, and of a user's that is not root: no server works as root. */
function folders(t: TestContext): Folders {
  const work = mkdtempSync(path.join(tmpdir(), 'mcpcat-identity-'));
  t.after(() => rmSync(work, { recursive: true, force: true }));
  chmodSync(work, 0o755);
  const [outer, other] = [path.join(work, 'outer'), path.join(work, 'other')];
  for (const folder of [outer, other, path.join(outer, 'data'), path.join(other, 'data')]) {
    mkdirSync(folder);
    if (process.getuid?.() === 0) chownSync(folder, 1000, 1000);
  }
  return { handed: path.join(outer, 'data'), outer, other };
}

/** Runs the server; `meanwhile` happens after the launcher has asked for its container, and before the engine hears of it. */
async function launched(
  { handed }: Folders,
  meanwhile: () => void,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using proxy = await engineProxy();
  proxy.fault(/^POST .*\/containers\/create/, { kind: 'delay', milliseconds: 1500 });
  const session = path.basename(path.resolve(handed, '../..'));
  const started = start(
    [
      ...['run', server, '--catalog', catalog.folder, '--mount', `data=${handed}:rw`],
      ...['--engine', proxy.address],
    ],
    { env: { CLAUDE_CODE_SESSION_ID: session } },
  );
  try {
    await proxy.asked(/\/containers\/create/);
    meanwhile();
    started.process.stdin.end(hello);
    const end = await started.ended;
    await noneLeft(engine, { [label.session]: session });
    return end;
  } finally {
    started.process.kill('SIGKILL');
  }
}

test(
  'a folder that stays in its place is mounted, however late the engine hears of it',
  { timeout },
  async (t) => {
    const { code, stdout, stderr } = await launched(folders(t), () => undefined);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"id":1/);
  },
);

const swaps: Readonly<Record<string, (all: Folders) => void>> = {
  'the folder itself, for another': ({ handed, other }) => {
    renameSync(handed, `${handed}-judged`);
    renameSync(path.join(other, 'data'), handed);
  },
  'the folder itself, for a link': ({ handed, other }) => {
    renameSync(handed, `${handed}-judged`);
    symlinkSync(path.join(other, 'data'), handed);
  },
  'the folder above it, for another': ({ outer, other }) => {
    renameSync(outer, `${outer}-judged`);
    renameSync(other, outer);
  },
  'the folder above it, for a link': ({ outer, other }) => {
    renameSync(outer, `${outer}-judged`);
    symlinkSync(other, outer);
  },
};

for (const [what, swap] of Object.entries(swaps))
  test(`what is swapped between check and create is refused: ${what}`, { timeout }, async (t) => {
    const all = folders(t);
    const { code, stdout, stderr } = await launched(all, () => swap(all));
    assert.notEqual(code, 0, stderr);
    assert.equal(stdout, '', 'the server has started');
    assert.match(stderr, /\/data is not the folder that was handed over/);
  });
