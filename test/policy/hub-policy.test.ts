import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubPolicy } from '../../src/policy/hub-policy.ts';
import { openPolicy, type ServerPolicy } from '../../src/policy/server-policy.ts';
import { Part } from '../../src/serve/message.ts';
import type { CallFacts, Policy } from '../../src/serve/policy.ts';

let now = 0;
function policyWith(more: Partial<ServerPolicy>): Policy {
  let id = 0;
  return hubPolicy(new Map([['time', { ...openPolicy, ...more }]]), {
    now: () => now,
    newId: () => String(id++),
  });
}
const call = (server: string): CallFacts => ({
  session: 's',
  client: 'c',
  server,
  tool: 't',
  params: Part.ofValue({}),
});

test('tools are shown as the profile has it; another server is open', () => {
  const policy = policyWith({ readOnly: true });
  assert.equal(policy.shows('time', { name: 'a', annotations: { readOnlyHint: true } }), true);
  assert.equal(policy.shows('time', { name: 'a', annotations: { readOnlyHint: 'yes' } }), false);
  assert.equal(policy.shows('time', { name: 'a' }), false);
  assert.equal(policy.shows('other', { name: 'a' }), true);
});

test('calls beyond the limit of a server are refused with when to try again, those of others are not', () => {
  const policy = policyWith({ callsPerMinute: 1 });
  assert.equal(policy.refusal(call('time')), undefined);
  now += 12_500;
  assert.match(policy.refusal(call('time')) ?? '', /permits 1 calls a minute .* in 48 s$/);
  assert.equal(policy.refusal(call('other')), undefined);
});

test('a result that fits passes as the very bytes it came in; one that was cut is read by its link', () => {
  const policy = policyWith({ results: { maxBytes: 300, larger: 'cut' } });
  const fits = Part.ofBytes(Buffer.from('{"content":[ ]}'));
  assert.equal(policy.fit(call('time'), fits), fits);
  const whole = { content: [{ type: 'text', text: 'x'.repeat(1000) }] };
  const cut = policy.fit(call('time'), Part.ofValue(whole)).object as { content: { uri?: string }[] };
  const uri = cut.content.at(-1)?.uri ?? '';
  const read = policy.read(uri)?.object as { contents: { uri: string; text: string }[] };
  assert.equal(read.contents[0]?.uri, uri);
  assert.deepEqual(JSON.parse(read.contents[0].text), whole);
  assert.equal(policy.read('mcpcat-result:nothing'), undefined);
  assert.equal(policy.fit(call('other'), Part.ofValue(whole)).bytes.length > 1000, true);
});

test('times are those of the server, or the usual ones', () => {
  const policy = policyWith({ timeoutMs: 5, idleMs: 7 });
  assert.deepEqual([policy.callTimeoutMs('time'), policy.idleMs('time')], [5, 7]);
  assert.deepEqual([policy.callTimeoutMs('other'), policy.idleMs('other')], [undefined, 600_000]);
});
