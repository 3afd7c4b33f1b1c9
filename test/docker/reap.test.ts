/** Whom the reap removes and whom it never touches, with real containers whose owners are made up. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { ownerText, thisOwner, type Owner } from '../../src/sandbox/owner.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';

const timeout = 120_000;
const self = thisOwner();
const parents = (await thisHost().startsOf([process.ppid]))?.get(process.ppid) ?? '';
const deadPid = 4_000_000;
let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;
const made = new Set<string>();

before(
  async () => {
    engine = await testEngine();
    catalog = opened.use(await fixtureCatalog(engine, { 'ignores-everything': '' }, 'reap'));
    opened.defer(async () => {
      for (const id of made) await engine.removeContainer(id);
    });
  },
  { timeout },
);

type State = 'created' | 'running' | 'exited';

async function containerOf(owner: string, state: State = 'created'): Promise<string> {
  const { entry } = await loadServer(catalog.folder, 'reap-ignores-everything');
  const sandbox = sandboxOf(entry, { env: {}, mounts: [], args: [] }, hostPaths('/nonexistent'));
  const labels = {
    [label.owner]: owner,
    [label.role]: 'run',
    [label.server]: entry.name,
    [label.session]: randomBytes(6).toString('hex'),
  };
  const id = await engine.createContainer(
    settingsOf(sandbox, { image: catalog.imageOf(entry.name), labels, autoRemove: false }),
  );
  made.add(id);
  if (state === 'created') return id;
  await engine.startContainer(id);
  if (state === 'exited') {
    await engine.killContainer(id, 'SIGKILL');
    await engine.waitContainer(id, 'not-running');
  }
  return id;
}

async function exists(id: string): Promise<boolean> {
  return (await engine.inspectContainer(id)) !== undefined;
}

const dead: Readonly<Record<string, Owner>> = {
  'of a process that is gone': { ...self, pid: deadPid },
  'of a process whose pid another one has now': { ...self, started: '1' },
  'from before the last boot': { ...self, boot: '00000000-0000-0000-0000-000000000000' },
};
for (const [what, owner] of Object.entries(dead)) {
  for (const state of ['created', 'running', 'exited'] as const) {
    test(`a container ${what} is removed, in state ${state}`, { timeout }, async () => {
      const id = await containerOf(ownerText(owner), state);
      assert.equal((await run(['prune'])).code, 0);
      assert.equal(await exists(id), false);
    });
  }
}

const untouched: Readonly<Record<string, string>> = {
  'of a living process': ownerText({ ...self, pid: process.ppid, started: parents }),
  'of another host, whatever its pid': ownerText({ ...self, host: 'feedfeedfeedfeed', pid: deadPid }),
  'of another host that has booted since': ownerText({ ...self, host: 'feedfeedfeedfeed', boot: 'other' }),
  'with an owner that nobody can read': 'no/owner',
};
for (const [what, owner] of Object.entries(untouched)) {
  test(`a container ${what} is never touched`, { timeout }, async () => {
    const id = await containerOf(owner);
    assert.equal((await run(['prune'])).code, 0);
    assert.equal(await exists(id), true);
  });
}

test('another user is another owner: their processes may be hidden from us', { timeout }, async () => {
  const id = await containerOf(ownerText({ ...self, pid: deadPid }));
  const script = `import { thisOwner } from ${JSON.stringify(new URL('../../src/sandbox/owner.ts', import.meta.url).href)}; process.setuid(65534); console.log(thisOwner().host)`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let host = '';
  for await (const chunk of child.stdout) host += String(chunk);
  assert.match(host, /^[0-9a-f]{16}\n$/);
  assert.notEqual(host.trim(), self.host);
  await engine.removeContainer(id);
});

test('many reaps at once agree, and none fails', { timeout }, async () => {
  const ids = await Promise.all(
    Array.from({ length: 6 }, () => containerOf(ownerText({ ...self, pid: deadPid }))),
  );
  const codes = await Promise.all(Array.from({ length: 6 }, async () => (await run(['prune'])).code));
  assert.deepEqual([...new Set(codes)], [0]);
  assert.deepEqual(
    await Promise.all(ids.map(exists)),
    ids.map(() => false),
  );
});

test('a run reaps in the background what others left, and does not wait for it', { timeout }, async () => {
  const id = await containerOf(ownerText({ ...self, pid: deadPid }));
  const child = spawn(process.execPath, [
    'bin/mcpcat.js',
    'run',
    'reap-ignores-everything',
    '--catalog',
    catalog.folder,
  ]);
  await eventually(
    () => exists(id),
    (there) => !there,
  );
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
});

test('prune --dry-run says what it would remove and removes nothing', { timeout }, async () => {
  const id = await containerOf(ownerText({ ...self, pid: deadPid }));
  const { stdout } = await run(['prune', '--dry-run']);
  assert.match(stdout, new RegExp(`would remove reap-ignores-everything \\(${id.slice(0, 12)}, created\\)`));
  assert.equal(await exists(id), true);
  await engine.removeContainer(id);
});

test(
  'an owner that an image brings along is nobody’s: not shown, and never removed',
  { timeout },
  async () => {
    const image = `mcpcat-test-forged:${randomBytes(6).toString('hex')}`;
    const forged = ownerText({ ...self, pid: deadPid });
    const change = `LABEL ${label.owner}="${forged}" ${label.server}="forged"`;
    execFileSync('docker', ['commit', '--change', change, await containerOf('no/owner'), image]);
    try {
      const id = execFileSync('docker', ['create', image], { encoding: 'utf8' }).trim();
      made.add(id);
      assert.equal(
        (await engine.inspectContainer(id))?.labels[label.owner],
        forged,
        'the engine merges labels',
      );
      assert.equal((await run(['prune'])).code, 0);
      assert.equal(await exists(id), true);
      const shown = async (...args: readonly string[]): Promise<boolean> =>
        (await run(['ps', '--json', ...args])).stdout.includes(id.slice(0, 12));
      assert.deepEqual([await shown(), await shown('--everyone')], [false, true]);
      assert.equal((await run(['stop', id])).code, 3);
      assert.equal(await exists(id), true);
      await engine.removeContainer(id);
    } finally {
      execFileSync('docker', ['rmi', '-f', image]);
    }
  },
);
