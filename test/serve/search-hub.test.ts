import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../src/serve/hub.ts';
import { searchHub } from '../../src/serve/search-hub.ts';
import { isJsonObject, parseJson, type JsonObject } from '../../src/lib/json-value.ts';
import { ScriptedClient } from '../rig/scripted-client.ts';
import { ScriptedServer, type Script } from '../rig/scripted-server.ts';

const createIssue = {
  name: 'create_issue',
  description: `Opens an issue in a repository. ${'Labels are optional. '.repeat(40)}`,
  inputSchema: {
    type: 'object',
    properties: { title: { type: 'string' }, labels: { type: 'array' } },
    required: ['title'],
  },
};
const convert = { name: 'convert', description: 'Converts a time to another zone.', inputSchema: {} };

function rig(script: Script = {}): { client: ScriptedClient; forge: ScriptedServer } {
  const answer: Script['answer'] = ({ params }) => ({
    content: [{ type: 'text', text: JSON.stringify(params?.object ?? null) }],
  });
  const forge = new ScriptedServer({ name: 'forge', tools: [createIssue], answer, ...script });
  const clock = new ScriptedServer({ name: 'clock', tools: [convert], answer });
  const hub = createHub({ servers: [forge.served, clock.served], say: () => undefined, version: '0' });
  return { client: new ScriptedClient(searchHub(hub)), forge };
}

function textOf({ content }: JsonObject): string {
  const [text] = /"text":"(?:[^"\\]|\\.)*"/.exec(JSON.stringify(content)) ?? [];
  const value = text === undefined ? undefined : parseJson(`{${text}}`);
  return isJsonObject(value) && typeof value['text'] === 'string' ? value['text'] : '';
}

async function call(client: ScriptedClient, name: string, given: JsonObject): Promise<JsonObject> {
  return client.ask('tools/call', { name, arguments: given });
}

test('three tools are listed, whatever the servers have, and nothing runs', async () => {
  const { client, forge } = rig();
  await client.initialize();
  const { tools } = await client.ask('tools/list');
  const names = Array.isArray(tools) ? tools.map((tool: JsonObject) => tool['name']) : [];
  assert.deepEqual(names, ['find_tools', 'describe_tool', 'call_tool']);
  assert.equal(forge.starts, 0);
});

test('a tool is found by what it does, described whole, and called under its name; only the call starts its server', async () => {
  const { client, forge } = rig();
  await client.initialize();
  const found = parseJson(textOf(await call(client, 'find_tools', { query: 'open a ticket', limit: 1 })));
  const [first] = Array.isArray(found) ? (found as JsonObject[]) : [];
  assert.deepEqual([first?.['name'], first?.['arguments']], ['forge_create_issue', ['title', 'labels?']]);
  assert.ok(JSON.stringify(first?.['description']).length < 310);
  const described = parseJson(textOf(await call(client, 'describe_tool', { name: 'forge_create_issue' })));
  assert.deepEqual(described, { ...createIssue, name: 'forge_create_issue' });
  assert.equal(forge.starts, 0);
  const given = { name: 'forge_create_issue', arguments: { title: 'x' } };
  const answered = parseJson(textOf(await call(client, 'call_tool', given)));
  assert.ok(isJsonObject(answered));
  assert.deepEqual([answered['name'], answered['arguments']], ['create_issue', { title: 'x' }]);
  assert.equal(forge.starts, 1);
});

test('what does not fit is said to the model as the result of the call', async () => {
  const { client } = rig();
  await client.initialize();
  for (const [name, given, says] of [
    ['find_tools', {}, /query: expected what the tool has to do/],
    ['find_tools', { query: 'x', limit: 1000 }, /limit: expected a number from 1 to 20/],
    ['describe_tool', { name: 'nothing' }, /there is no tool "nothing"/],
    ['call_tool', {}, /name: expected the name of a tool/],
    ['call_tool', { name: 'forge_create_issue', arguments: 'x' }, /arguments: expected an object/],
  ] as const) {
    const answer = await call(client, name, given);
    assert.equal(answer['isError'], true);
    assert.match(textOf(answer), says);
  }
  const none = await call(client, 'find_tools', { query: 'xyzzy' });
  assert.deepEqual(
    [textOf(none), none['isError']],
    ['no tool has a word of that: try other words', undefined],
  );
  await assert.rejects(call(client, 'call_tool', { name: 'nothing' }), /there is no tool/);
});

test('a changed list is found anew, and the client is not told of a change that it does not see', async () => {
  let live = [createIssue];
  const { client, forge } = rig({ liveTools: () => live });
  await client.initialize();
  await call(client, 'call_tool', { name: 'forge_create_issue', arguments: {} });
  assert.match(textOf(await call(client, 'find_tools', { query: 'issue' })), /forge_create_issue/);
  live = [];
  const changed = {
    kind: 'notification',
    method: 'notifications/tools/list_changed',
    params: undefined,
  } as const;
  await forge.life.send(changed);
  await new Promise((resolve) => setTimeout(resolve, 0));
  for (let tries = 0; tries < 100; tries++) {
    if (!textOf(await call(client, 'find_tools', { query: 'issue' })).includes('create_issue')) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.doesNotMatch(textOf(await call(client, 'find_tools', { query: 'issue' })), /create_issue/);
  assert.deepEqual(client.notifications('notifications/tools/list_changed'), []);
});

test('a client of the stateless revision is answered in its form', async () => {
  const { client } = rig();
  const found = await client.modern('tools/call', { name: 'find_tools', arguments: { query: 'time zone' } });
  assert.equal(found['resultType'], 'complete');
  assert.match(textOf(found), /clock_convert/);
  const { tools, resultType } = await client.modern('tools/list');
  assert.deepEqual([Array.isArray(tools) && tools.length, resultType], [3, 'complete']);
});
