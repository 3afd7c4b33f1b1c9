import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import { searchHub } from '../../src/serve/search-hub.ts';
import { statusHub } from '../../src/serve/status-hub.ts';
import { objectOf, type JsonObject } from '../../src/lib/json-value.ts';
import { ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

const echo = { name: 'echo', inputSchema: { type: 'object' } };

function rig(
  missing: readonly string[],
  scripts: readonly Script[] = [{ tools: [echo] }],
): {
  readonly client: ScriptedClient;
  readonly searching: ScriptedClient;
  readonly servers: readonly ScriptedServer[];
} {
  const servers = scripts.map((script) => new ScriptedServer(script));
  const hub = createHub({ servers: servers.map(({ served }) => served), say: () => undefined, version: '0' });
  const now = async (): Promise<readonly string[]> => Promise.resolve(missing);
  return {
    client: new ScriptedClient(statusHub(hub, now)),
    searching: new ScriptedClient(statusHub(searchHub(hub), now)),
    servers,
  };
}

const namesIn = ({ tools }: JsonObject): unknown =>
  Array.isArray(tools) ? tools.map((tool: JsonObject) => tool['name']) : tools;
const content = (text: string): JsonObject => ({ content: [{ type: 'text', text }] });

test('the other servers serve as they are, and one tool more says what is missing as it is then', async () => {
  const missing = ['brave-search can’t be called until it is given KEY', 'broken is not served'];
  const { client, servers } = rig(missing);
  const { instructions } = await client.initialize();
  assert.match(JSON.stringify(instructions), /mcpcat_status says which/);
  assert.deepEqual(namesIn(await client.ask('tools/list')), ['echo', 'mcpcat_status']);
  const said = await client.ask('tools/call', { name: 'mcpcat_status', arguments: {} });
  assert.deepEqual(said, content(missing.map((text) => `- ${text}`).join('\n')));
  assert.equal(servers[0]?.starts, 0);
  missing.length = 0;
  assert.match(
    JSON.stringify(await client.ask('tools/call', { name: 'mcpcat_status' })),
    /Nothing is missing/,
  );
  assert.deepEqual(await client.ask('tools/call', { name: 'echo' }), {});
  assert.equal(servers[0]?.starts, 1);
});

test('it is there where no server can be served at all, with search, and for a client of 2026-07-28', async () => {
  const { client } = rig(['x'], []);
  assert.deepEqual(objectOf((await client.initialize())['capabilities']), { tools: {} });
  assert.deepEqual(namesIn(await client.ask('tools/list')), ['mcpcat_status']);

  const { searching } = rig(['x']);
  await searching.initialize();
  const listed = namesIn(await searching.ask('tools/list'));
  assert.deepEqual(listed, ['find_tools', 'describe_tool', 'call_tool', 'mcpcat_status']);

  const { client: modern } = rig(['x']);
  const found = await modern.modern('server/discover');
  assert.match(JSON.stringify(found['instructions']), /mcpcat_status/);
  const answer = await modern.modern('tools/call', { name: 'mcpcat_status' });
  assert.deepEqual(answer, { ...content('- x'), resultType: 'complete' });
});

test('a server’s own tool of that name stays its own, and a call before initialize is refused', async () => {
  const own = { name: 'mcpcat_status', inputSchema: { type: 'object' } };
  const { client, servers } = rig(['x'], [{ tools: [own], answer: () => content('of the server') }]);
  await assert.rejects(client.ask('tools/call', { name: 'mcpcat_status' }), /before initialize/);
  await client.initialize();
  assert.deepEqual(namesIn(await client.ask('tools/list')), ['mcpcat_status', 'mcpcat_status_2']);
  assert.deepEqual(await client.ask('tools/call', { name: 'mcpcat_status' }), content('of the server'));
  assert.deepEqual(await client.ask('tools/call', { name: 'mcpcat_status_2' }), content('- x'));
  assert.equal(servers[0]?.starts, 1);
});
