/** A `serve` as other processes of its user find it: over a real socket, below a home of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { foldersBelowHome } from '../../src/host/folders-below-home.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { ownerText, thisOwner } from '../../src/sandbox/owner.ts';
import { openControl } from '../../src/serve-control/control.ts';
import { servedNow } from '../../src/serve-control/served-now.ts';
import { createHub } from '../../src/serve/hub.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';

const host = thisHost();
const homes: string[] = [];
after(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

function placesOf(): {
  readonly env: Record<string, string>;
  readonly host: typeof host;
  readonly folder: string;
} {
  const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-control-'));
  homes.push(home);
  return {
    env: { HOME: home },
    host,
    folder: path.join(foldersBelowHome({ env: { HOME: home }, host }).data, 'serving'),
  };
}

const echo = { name: 'echo', inputSchema: { type: 'object' } };

test('another process sees which servers are awake and how often they were called, and puts one to sleep', async () => {
  const places = placesOf();
  const [one, other] = [
    new ScriptedServer({ name: 'one', tools: [echo] }),
    new ScriptedServer({ name: 'other' }),
  ];
  const hub = createHub({ servers: [one.served, other.served], say: () => undefined, version: '0' });
  const control = await openControl(hub, places);
  const client = new ScriptedClient(hub);
  await client.initialize();
  await client.ask('tools/call', { name: 'one_echo' });
  const [seen, ...more] = await servedNow(places);
  assert.ok(seen !== undefined && more.length === 0);
  assert.equal(seen.pid, process.pid);
  const shown = seen.servers.map(({ server, session, state, calls }) => ({ server, session, state, calls }));
  assert.deepEqual(shown, [
    { server: 'one', session: client.session.id, state: 'idle', calls: 1 },
    { server: 'other', session: undefined, state: 'asleep', calls: 0 },
  ]);
  assert.equal(await seen.sleep('one', client.session.id), true);
  assert.equal(one.life.isStopped, true);
  const [later] = await servedNow(places);
  assert.deepEqual(
    later?.servers.map(({ state, calls }) => [state, calls]),
    [
      ['asleep', 1],
      ['asleep', 0],
    ],
  );
  await client.ask('tools/call', { name: 'one_echo' });
  assert.equal(one.starts, 2);
  await hub.close();
  control.close();
  assert.deepEqual(await servedNow(places), []);
  assert.deepEqual(readdirSync(places.folder), []);
});

test('a call that is open when its server is put to sleep gets an error, and calls of ended sessions still count', async () => {
  const places = placesOf();
  const server = new ScriptedServer({ name: 'one', tools: [echo], answer: () => 'wait' });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const control = await openControl(hub, places);
  const client = new ScriptedClient(hub);
  await client.initialize();
  const call = client.request('tools/call', { name: 'echo' });
  await quiet();
  const [seen] = await servedNow(places);
  assert.equal(seen?.servers[0]?.state, 'working');
  await seen.sleep('one', client.session.id);
  const answer = await call;
  assert.match(JSON.stringify(answer.kind === 'failure' && answer.error.value), /one was put to sleep/);
  await client.session.close();
  assert.equal(hub.overview()[0]?.calls, 1);
  control.close();
});

test('only this user may read the record, and only who has read it is answered', async () => {
  const places = placesOf();
  const hub = createHub({ servers: [], say: () => undefined, version: '0' });
  const control = await openControl(hub, places);
  const [name = ''] = readdirSync(places.folder);
  const file = path.join(places.folder, name);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(places.folder).mode & 0o777, 0o700);
  const { folder, address } = JSON.parse(readFileSync(file, 'utf8')) as { folder: string; address: string };
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const line of [
    '{"token":"other","do":"overview"}',
    '{"do":"overview"}',
    'nonsense',
    `"${'x'.repeat(5000)}`,
  ]) {
    const socket = connect(address);
    socket.write(`${line}\n`);
    const said = await buffer(socket).catch(() => Buffer.alloc(0));
    assert.equal(said.toString(), '', line.slice(0, 40));
  }
  control.close();
});

test('what a dead process left behind is removed, what can not be told is left alone, and neither is waited for', async () => {
  const places = placesOf();
  mkdirSync(places.folder, { recursive: true });
  const socket = mkdtempSync(path.join(tmpdir(), 'mcpcat-serving-'));
  homes.push(socket);
  const record = (owner: string): string =>
    JSON.stringify({ owner, folder: socket, address: path.join(socket, 'own.sock'), token: 'x' });
  const self = thisOwner();
  writeFileSync(
    path.join(places.folder, 'dead.json'),
    record(ownerText({ ...self, boot: 'an earlier one' })),
  );
  writeFileSync(
    path.join(places.folder, 'elsewhere.json'),
    record(ownerText({ ...self, host: 'feedfeedfeedfeed' })),
  );
  writeFileSync(path.join(places.folder, 'half.json'), '{"owner":');
  writeFileSync(path.join(socket, 'of-another'), '');
  assert.deepEqual(await servedNow(places), []);
  assert.deepEqual(readdirSync(places.folder).toSorted(), ['elsewhere.json', 'half.json']);
  assert.deepEqual(readdirSync(socket), ['of-another']);

  const dead = record(ownerText({ ...self, boot: 'an earlier one' }));
  writeFileSync(path.join(places.folder, 'dead-again.json'), dead);
  const hub = createHub({ servers: [], say: () => undefined, version: '0' });
  const control = await openControl(hub, places);
  assert.ok(!readdirSync(places.folder).includes('dead-again.json'));
  control.close();
});
