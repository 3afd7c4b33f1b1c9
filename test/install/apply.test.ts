import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Client } from '../../src/clients/client.ts';
import { knownClients } from '../../src/clients/known-clients.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { apply, undo, type Places } from '../../src/install/apply.ts';
import { readHistory } from '../../src/install/history.ts';
import { planInstall, planUninstall, type PlannedChange, type Target } from '../../src/install/plan.ts';
import { McpcatError, type ErrorCode } from '../../src/lib/errors.ts';

const host = hostOf(thisMachine());
const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const start = { command: '/opt/mcpcat/bin/mcpcat', args: ['run', 'time'], env: {} };
const time = [{ name: 'time', start }];

interface Rig {
  readonly home: string;
  readonly places: Places;
  readonly target: Target;
  readonly file: string;
}

/** A home of its own with Cursor's file in it. */
function rig(text?: string): Rig {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-install-'));
  folders.push(home);
  const file = path.join(home, '.cursor', 'mcp.json');
  mkdirSync(path.dirname(file));
  if (text !== undefined) writeFileSync(file, text);
  const client = knownClients.find(({ id }) => id === 'cursor') as Client;
  const around = { host, env: { HOME: home }, cwd: home, exists: () => false };
  return {
    home,
    places: { folder: path.join(home, 'history'), host },
    target: { client, scope: 'user', around },
    file,
  };
}

const failsWith = (code: ErrorCode) => (error: unknown) =>
  error instanceof McpcatError && error.code === code;
const of = (promise: Promise<PlannedChange>): Promise<PlannedChange[]> => promise.then((change) => [change]);

test('an installation is written, and undone byte for byte', async () => {
  const before = '{\r\n\t// mine\r\n\t"mcpServers": {},\r\n}\r\n';
  const { target, places, file } = rig(before);
  await apply(await of(planInstall(target, time)), 'install time', places);
  assert.match(readFileSync(file, 'utf8'), /"command": "\/opt\/mcpcat\/bin\/mcpcat"/);
  assert.equal(statSync(places.folder).mode & 0o777, 0o700);
  const [undone] = await undo(1, places);
  assert.deepEqual(undone?.changed, []);
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.deepEqual(await readHistory(places.folder), []);
});

test('undo takes a file away that was not there before', async () => {
  const { target, places, file } = rig();
  await apply(await of(planInstall(target, time)), 'install time', places);
  await undo(1, places);
  assert.deepEqual(readdirSync(path.dirname(file)), []);
});

test('undo leaves a file alone that somebody has changed since, and says which', async () => {
  const { target, places, file } = rig('{}');
  await apply(await of(planInstall(target, time)), 'install time', places);
  const theirs = readFileSync(file, 'utf8').replace('time', 'clock');
  writeFileSync(file, theirs);
  const [undone] = await undo(1, places);
  assert.deepEqual(undone?.changed, [file]);
  assert.equal(readFileSync(file, 'utf8'), theirs);
  assert.equal((await readHistory(places.folder)).length, 1, 'the step stays');
});

test('several steps are taken back in their order, and no more than ten are kept', async () => {
  const { target, places, file } = rig('{}');
  for (let index = 0; index < 12; index += 1)
    await apply(
      await of(planInstall(target, [{ name: `s${String(index)}`, start }])),
      `install s${String(index)}`,
      places,
    );
  assert.equal((await readHistory(places.folder)).length, 10);
  const undone = await undo(3, places);
  assert.deepEqual(
    undone.map(({ step }) => step.command),
    ['install s11', 'install s10', 'install s9'],
  );
  const left = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: object };
  assert.deepEqual(Object.keys(left.mcpServers), ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8']);
});

test('a file that was changed after the preview is not written, and no step is remembered', async () => {
  const { target, places, file } = rig('{}');
  const change = await planInstall(target, time);
  writeFileSync(file, '{"theme": 1}');
  await assert.rejects(apply([change], 'install time', places), failsWith('client-file-changed'));
  assert.equal(readFileSync(file, 'utf8'), '{"theme": 1}');
  assert.deepEqual(await readHistory(places.folder), []);
});

test('somebody else’s server of the name is neither overwritten nor taken out', async () => {
  const { target } = rig('{"mcpServers": {"time": {"command": "npx", "args": ["-y", "time"]}}}');
  await assert.rejects(planInstall(target, time), failsWith('entry-refused'));
  await assert.rejects(planUninstall(target, ['time']), failsWith('entry-refused'));
});

test('what a person has added to an entry of ours stays when it is installed again', async () => {
  const { target } = rig(
    '{"mcpServers": {"time": {"command": "/old/mcpcat", "args": ["run", "time"], "disabled": true}}}',
  );
  const { after: text } = await planInstall(target, time);
  assert.deepEqual(JSON.parse(text), {
    mcpServers: { time: { command: '/opt/mcpcat/bin/mcpcat', args: ['run', 'time'], disabled: true } },
  });
});

test('a file that does not parse is named with its place', async () => {
  const { target, file } = rig('{"mcpServers": {');
  await assert.rejects(planInstall(target, time), (error: unknown) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'client-file-invalid');
    assert.ok(error.message.startsWith(`${file}: line 1, column `), error.message);
    return true;
  });
});

test('ten installations at once are all there, and all can be taken back', async () => {
  const { target, places, file } = rig('{}');
  const install = async (name: string): Promise<void> => {
    for (;;)
      try {
        await apply(await of(planInstall(target, [{ name, start }])), `install ${name}`, places);
        return;
      } catch (error) {
        // Another one was faster; a person would look at the new difference.
        if (!failsWith('client-file-changed')(error)) throw error;
      }
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => install(`s${String(index)}`)));
  const all = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: object };
  assert.equal(Object.keys(all.mcpServers).length, 10);
  await undo(10, places);
  assert.equal(readFileSync(file, 'utf8'), '{}');
});

test('a lock that a killed process left is taken over', async () => {
  const { target, places, file } = rig('{}');
  mkdirSync(places.folder);
  // No process of this number: it is beyond what the kernel gives out.
  writeFileSync(path.join(places.folder, 'lock'), '4194304 1\n');
  await apply(await of(planInstall(target, time)), 'install time', places);
  assert.match(readFileSync(file, 'utf8'), /mcpcat/);
});
