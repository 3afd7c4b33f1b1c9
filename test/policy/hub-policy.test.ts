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

test('what would end a client of the TypeScript SDK on stdio is handed over in no answer (sdk 1.32.2, client 2.4.0)', () => {
  const end = 10 * 1024 ** 2;
  const policy = policyWith({ results: { maxBytes: 300, larger: 'cut' } });
  const huge = Part.ofValue({ content: [{ type: 'text', text: '"'.repeat(6 * 1024 ** 2) }] });
  const cut = policy.fit(call('other'), huge);
  assert.ok(cut.bytes.length < end);
  assert.match(JSON.stringify(cut.value), /8388608 are permitted.*too large to be kept/);
  assert.match(policy.tooLarge('time', huge) ?? '', /has 12582\d\d\d bytes; 8388608 are permitted/);
  assert.equal(policy.tooLarge('time', Part.ofValue({ contents: [{ text: 'x'.repeat(1000) }] })), undefined);
});

test('who permits more gets more, also by the link to what was cut', () => {
  const policy = policyWith({ results: { maxBytes: 40 * 1024 ** 2, larger: 'cut' } });
  const huge = Part.ofValue({ content: [{ type: 'text', text: 'x'.repeat(12 * 1024 ** 2) }] });
  assert.equal(policy.fit(call('time'), huge), huge);
  assert.equal(policy.tooLarge('time', huge), undefined);
  const cut = policy.fit(call('other'), huge).object as { content: { uri?: string }[] };
  assert.ok((policy.read(cut.content.at(-1)?.uri ?? '')?.bytes.length ?? 0) > 12 * 1024 ** 2);
});

test('times are those of the server, or the usual ones', () => {
  const policy = policyWith({ timeoutMs: 5, idleMs: 7 });
  assert.deepEqual([policy.callTimeoutMs('time'), policy.idleMs('time')], [5, 7]);
  assert.deepEqual([policy.callTimeoutMs('other'), policy.idleMs('other')], [undefined, 600_000]);
});
