import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import type { Hub } from '../../src/serve/front.ts';
import type { Limits } from '../../src/serve/start-limits.ts';
import { quiet, ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

function hubOf(
  limits: Limits,
  scripts: readonly Script[],
): { readonly hub: Hub; readonly servers: readonly ScriptedServer[] } {
  const servers = scripts.map(
    (script, index) =>
      new ScriptedServer({ name: `s${String(index)}`, tools: [{ name: 'echo' }], ...script }),
  );
  return {
    hub: createHub({
      servers: servers.map(({ served }) => served),
      say: () => undefined,
      version: '0',
      limits,
    }),
    servers,
  };
}

test('servers that are to start at one time wait for their turn, in order, and all get there', async () => {
  const doors = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const { hub, servers } = hubOf(
    { starting: 2, running: 10, roomMs: 0 },
    doors.map(({ promise }) => ({ starting: async () => promise })),
  );
  const client = new ScriptedClient(hub);
  await client.initialize();
  const calls = servers.map(async (_server, index) =>
    client.ask('tools/call', { name: `s${String(index)}_echo` }),
  );
  await quiet();
  assert.deepEqual(
    servers.map(({ starts }) => starts),
    [1, 1, 0, 0],
  );
  doors[1]?.resolve();
  await quiet();
  assert.deepEqual(
    servers.map(({ starts }) => starts),
    [1, 1, 1, 0],
  );
  for (const door of doors) door.resolve();
  assert.equal((await Promise.all(calls)).length, 4);
});

test('a start that fails gives its turn back', async () => {
  const { hub, servers } = hubOf({ starting: 1, running: 10, roomMs: 0 }, [
    { starting: async () => Promise.reject(new Error('no')) },
    {},
  ]);
  const client = new ScriptedClient(hub);
  await client.initialize();
  await assert.rejects(client.ask('tools/call', { name: 's0_echo' }), /s0 was not started: no/);
  assert.deepEqual(await client.ask('tools/call', { name: 's1_echo' }), {});
  assert.equal(servers[1]?.starts, 1);
});

test('beyond the limit the idlest server makes room; where none is idle the call is refused, and may be made again at once', async () => {
  const { hub, servers } = hubOf({ starting: 8, running: 1, roomMs: 0 }, [
    { answer: ({ params }) => (params?.object['arguments'] === undefined ? {} : 'wait') },
    {},
  ]);
  const client = new ScriptedClient(hub);
  await client.initialize();
  await client.ask('tools/call', { name: 's0_echo' });
  await client.ask('tools/call', { name: 's1_echo' });
  assert.equal(servers[0]?.life.isStopped, true);
  await quiet();
  void client.request('tools/call', { name: 's0_echo', arguments: {} });
  while (servers[0]?.requests('tools/call').length !== 2) await quiet();
  await quiet();
  for (let again = 0; again < 3; again += 1)
    await assert.rejects(client.ask('tools/call', { name: 's1_echo' }), /1 servers are at work already/);
  await hub.close();
});

test('a call waits until a server becomes idle, where that is soon enough', async () => {
  const { hub, servers } = hubOf({ starting: 8, running: 1, roomMs: 60_000 }, [{ answer: () => 'wait' }, {}]);
  const client = new ScriptedClient(hub);
  await client.initialize();
  const first = client.ask('tools/call', { name: 's0_echo' });
  while (servers[0]?.requests('tools/call').length !== 1) await quiet();
  const second = client.ask('tools/call', { name: 's1_echo' });
  await quiet();
  assert.equal(servers[1]?.starts, 0);
  servers[0].life.answer(servers[0].requests('tools/call')[0]?.id ?? '', {});
  assert.deepEqual(await Promise.all([first, second]), [{}, {}]);
  await hub.close();
});
