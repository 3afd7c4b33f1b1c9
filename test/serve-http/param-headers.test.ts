import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/lib/json-value.ts';
import { createHub } from '../../src/serve/hub.ts';
import { searchHub } from '../../src/serve/search-hub.ts';
import type { Hub } from '../../src/serve/front.ts';
import { openHttpFront } from '../../src/serve-http/http-front.ts';
import { Part } from '../../src/serve/message.ts';
import { paramMismatch } from '../../src/serve-http/param-headers.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';
import { stateless, token, usual } from './opened-front.ts';

const inputSchema = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    query: { type: 'string' },
    limits: { type: 'object', properties: { rows: { type: 'integer', 'x-mcp-header': 'Rows' } } },
    dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
    odd: { type: 'string', 'x-mcp-header': 'no token' },
  },
};

function found(args: JsonObject, headers: Readonly<Record<string, string>>): string | undefined {
  return paramMismatch(inputSchema, { params: Part.ofValue({ arguments: args }), headers });
}

test('headers that repeat arguments, at any depth, as text, number or truth value', () => {
  const args = { region: 'eu', query: 'x', limits: { rows: 42 }, dry: false, odd: 'y' };
  const headers = { 'mcp-param-region': 'eu', 'mcp-param-rows': '42.0', 'mcp-param-dry': 'false' };
  assert.equal(found(args, headers), undefined);
  assert.equal(found({ query: 'x' }, {}), undefined);
  assert.equal(found({ region: null }, {}), undefined);
  const encoded = `=?base64?${Buffer.from('münchen').toString('base64')}?=`;
  assert.equal(found({ region: 'münchen' }, { 'mcp-param-region': encoded }), undefined);
});

test('one that is missing, says another value, is no Base64, or repeats nothing does not fit', () => {
  assert.match(found({ region: 'eu' }, {}) ?? '', /Mcp-Param-Region is missing/);
  assert.match(found({ region: 'eu' }, { 'mcp-param-region': 'us' }) ?? '', /Region is another/);
  assert.match(found({ limits: { rows: 1 } }, { 'mcp-param-rows': '2' }) ?? '', /Rows is another/);
  assert.match(found({ limits: { rows: 1 } }, { 'mcp-param-rows': '0x1' }) ?? '', /Rows is another/);
  assert.match(found({ region: 'eu' }, { 'mcp-param-region': '=?base64?!?=' }) ?? '', /no valid Base64/);
  assert.match(found({}, { 'mcp-param-region': 'eu' }) ?? '', /Region is there/);
});

test('a schema that declares nothing, or is none, asks for nothing', () => {
  for (const schema of [undefined, null, 'x', {}, { properties: [] }, { properties: { a: 5 } }])
    assert.equal(paramMismatch(schema, { params: undefined, headers: {} }), undefined);
});

async function statusOf(
  hub: Hub,
  sent: { readonly params: JsonObject; readonly more: Record<string, string> },
) {
  const front = await openHttpFront({ hub, address: { host: '127.0.0.1', port: 0 }, token });
  const { body, headers } = stateless('tools/call', sent.params);
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...usual, ...headers, ...sent.more },
  };
  const response = await fetch(front.url, init);
  const { error } = (await response.json()) as { error?: { code: number } };
  await front.close();
  return [response.status, error?.code];
}

test('a call whose headers do not fit is refused before its server is started, also where tools are found by search', async () => {
  const server = new ScriptedServer({
    tools: [{ name: 'run', inputSchema }],
    answer: () => ({ content: [] }),
  });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const call = { name: 'run', arguments: { region: 'eu' } };
  const named = { 'Mcp-Name': 'run' };
  assert.deepEqual(await statusOf(hub, { params: call, more: named }), [400, -32_020]);
  assert.deepEqual(await statusOf(searchHub(hub), { params: call, more: named }), [400, -32_020]);
  assert.equal(server.starts, 0);
  const right = { ...named, 'Mcp-Param-Region': 'eu' };
  assert.deepEqual(await statusOf(hub, { params: call, more: right }), [200, undefined]);
  const inner = { params: { name: 'call_tool', arguments: call }, more: { 'Mcp-Name': 'call_tool' } };
  assert.deepEqual(await statusOf(searchHub(hub), inner), [200, undefined]);
});
