/** Whose containers ps, stop, logs and prune are about, on a fake engine: containers of several owners side by side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { followLog, sessionsWithMemory, stopSessions } from '../../src/launch/sessions.ts';
import { orphans, reap } from '../../src/launch/reap.ts';
import { volumesOf } from '../../src/launch/whose.ts';
import { containerLabels, label } from '../../src/lib/labels.ts';
import { ownerText, thisOwner, type Owner } from '../../src/sandbox/owner.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { entryOf, fakePaths, noOverrides } from '../sandbox/fixtures.ts';
import { FakeEngine } from '../rig/fake-engine.ts';

const host = thisHost();
const self = thisOwner();
const dead: Owner = { ...self, boot: 'an earlier one' };
const elsewhere: Owner = { ...self, host: 'feedfeedfeedfeed' };
const sandbox = sandboxOf(entryOf(), noOverrides, fakePaths());
const settings = settingsOf(sandbox, { image: 'some:image', labels: {}, autoRemove: false });
const own = { scope: 'own', host } as const;
const everyone = { scope: 'everyone', host } as const;

interface Made {
  readonly engine: FakeEngine;
  readonly ids: Readonly<Record<string, string>>;
}

/** A container by each owner's text; without one it has only what its image says. */
async function made(
  owners: Readonly<Record<string, string>>,
  image: Record<string, string> = {},
): Promise<Made> {
  const engine = new FakeEngine();
  engine.addImage({ tags: ['some:image'], labels: image });
  const ids: Record<string, string> = {};
  for (const [server, owner] of Object.entries(owners)) {
    const labels = owner === '' ? {} : { [label.owner]: owner, [label.server]: server };
    ids[server] = await engine.createContainer({ ...settings, labels });
  }
  return { engine, ids };
}

const short = (ids: Made['ids'], ...names: readonly string[]): string[] =>
  names.map((name) => (ids[name] ?? '').slice(0, 12)).sort();
const idsOf = (found: readonly { readonly id: string }[]): string[] =>
  found.map(({ id }) => id.slice(0, 12)).sort();

const mixed = {
  mine: ownerText(self),
  'of-another-host-or-user': ownerText(elsewhere),
  unreadable: 'who/knows',
};

test('ps shows what this user on this host has, says how many others there are, and shows them on request', async () => {
  const { engine, ids } = await made(mixed);
  const mine = await sessionsWithMemory(engine, own);
  assert.deepEqual([idsOf(mine.found), mine.others], [short(ids, 'mine'), 2]);
  const all = await sessionsWithMemory(engine, everyone);
  assert.deepEqual([idsOf(all.found), all.others], [short(ids, ...Object.keys(ids)), 0]);
  assert.deepEqual(idsOf(all.found.filter((facts) => facts.own)), short(ids, 'mine'));
});

test('stop --all ends nobody else’s server, and a name of somebody else’s is none', async () => {
  const { engine, ids } = await made(mixed);
  await assert.rejects(stopSessions(engine, { names: ['of-another-host-or-user'], all: false }, own), {
    code: 'container-missing',
    detail: ['2 more run for other users or hosts'],
  });
  assert.deepEqual(idsOf(await stopSessions(engine, { names: [], all: true }, own)), short(ids, 'mine'));
  assert.equal(engine.containers.size, 2);
  await stopSessions(engine, { names: [], all: true }, everyone);
  assert.equal(engine.containers.size, 0);
});

test('what stop ended is gone when it says so, although the engine was already removing it', async () => {
  const { engine } = await made(mixed);
  const remove = engine.removeContainer.bind(engine);
  let asked = 0;
  engine.removeContainer = (id) => (++asked < 3 ? Promise.resolve() : remove(id));
  await stopSessions(engine, { names: ['mine'], all: false }, own);
  assert.deepEqual([asked, engine.containers.size], [3, 2]);
});

test('stop ends all that it can: a signal that the engine refuses one of them keeps no other', async () => {
  const { engine } = await made({ one: ownerText(self), two: ownerText(self) });
  const [refusing] = engine.containers.keys();
  const kill = engine.killContainer.bind(engine);
  engine.killContainer = (id, signal) =>
    id === refusing ? Promise.reject(new Error('not now')) : kill(id, signal);
  await stopSessions(engine, { names: [], all: true }, own);
  assert.equal(engine.containers.size, 0);
});

test('logs follows nobody else’s server', async () => {
  const { engine, ids } = await made(mixed);
  await assert.rejects(followLog(engine, ids['unreadable'] ?? '', own), { code: 'container-missing' });
  assert.equal((await followLog(engine, 'mine', own)).id, (ids['mine'] ?? '').slice(0, 12));
});

test('an owner that an image brings along is nobody’s, dead or alive', async () => {
  for (const owner of [self, dead]) {
    const labels = { [label.owner]: ownerText(owner), [label.server]: 'innocent' };
    const { engine } = await made({ innocent: '' }, labels);
    assert.deepEqual(await orphans(engine, host), []);
    assert.equal(await reap(engine, host), 0);
    assert.deepEqual((await sessionsWithMemory(engine, own)).found, []);
    await stopSessions(engine, { names: [], all: true }, own);
    assert.equal(engine.containers.size, 1);
  }
});

test('an image, or a stranger’s container, that copies the owner of a session hides that session from nobody', async () => {
  for (const owner of [self, dead]) {
    const labels = { [label.owner]: ownerText(owner), [label.server]: 'copy', [label.session]: 's' };
    const engine = new FakeEngine();
    engine.addImage({ tags: ['some:image'] });
    engine.addImage({ tags: ['copying:image'], labels });
    const mine = await engine.createContainer({
      ...settings,
      labels: containerLabels({ ...labels, [label.server]: 'mine' }),
    });
    const copying = await engine.createContainer({ ...settings, image: 'copying:image', labels: {} });
    const seen = (await sessionsWithMemory(engine, own)).found;
    assert.deepEqual(idsOf(seen), [mine.slice(0, 12)]);
    assert.equal((await orphans(engine, host)).length, owner === dead ? 1 : 0);
    const byHand = await engine.createContainer({ ...settings, labels });
    assert.deepEqual(
      idsOf((await sessionsWithMemory(engine, own)).found),
      [mine, byHand].map((id) => id.slice(0, 12)).sort(),
    );
    await stopSessions(engine, { names: [], all: true }, own);
    assert.deepEqual([...engine.containers.keys()], [copying]);
  }
});

test('a container of ours is ours whatever its image says, and takes over nothing of that', async () => {
  const image = Object.fromEntries(Object.values(label).map((name) => [name, 'forged']));
  const engine = new FakeEngine();
  engine.addImage({ tags: ['some:image'], labels: image });
  const labels = containerLabels({
    [label.owner]: ownerText(dead),
    [label.server]: 'x',
    [label.role]: 'test',
  });
  await engine.createContainer({ ...settings, labels });
  assert.deepEqual(Object.values(labels).includes('forged'), false);
  const [facts] = (await sessionsWithMemory(engine, own)).found;
  assert.deepEqual([facts?.server, facts?.client, facts?.session, facts?.project], ['x', '', '', '']);
  assert.equal(await reap(engine, host), 1);
});

test('every way to a container sets every label', () => {
  const { labels } = settingsOf(sandbox, { image: 'some:image', labels: {}, autoRemove: true });
  const ofImages: readonly string[] = [
    label.fingerprint,
    label.entry,
    label.permissions,
    label.base,
    label.bases,
    label.source,
    label.mcpName,
  ];
  assert.deepEqual(
    Object.values(label).filter((name) => !Object.hasOwn(labels, name) && !ofImages.includes(name)),
    [],
  );
});

test('a dead owner of another host or user is never reaped, one of ours is', async () => {
  const { engine, ids } = await made({
    ours: ownerText(dead),
    theirs: ownerText({ ...dead, host: elsewhere.host }),
  });
  assert.deepEqual(idsOf(await orphans(engine, host)), short(ids, 'ours'));
});

test('volumes are those that this user’s servers made, and one that says nothing is nobody’s', async () => {
  const engine = new FakeEngine();
  const volume = (name: string, labels: Record<string, string>): void =>
    void engine.volumes.set(name, {
      name,
      labels: { [label.server]: 's', [label.state]: 'data', ...labels },
      containers: [],
      created: undefined,
      bytes: undefined,
    });
  volume('mine', { [label.host]: self.host });
  volume('theirs', { [label.host]: elsewhere.host });
  volume('old', {});
  const mine = await volumesOf(engine, own);
  assert.deepEqual([mine.found.map(({ name }) => name), mine.others], [['mine'], 2]);
  assert.equal((await volumesOf(engine, everyone)).found.length, 3);
});

test('a reap that finds nobody dead asks the engine for nothing but its containers', async () => {
  const { engine } = await made({ mine: ownerText(self), theirs: ownerText(elsewhere) });
  const before = engine.calls.length;
  assert.equal(await reap(engine, host), 0);
  assert.deepEqual(
    engine.calls.slice(before).map(({ method }) => method),
    ['listContainers'],
  );
});
