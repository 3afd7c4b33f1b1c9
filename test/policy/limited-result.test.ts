import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptResults } from '../../src/policy/kept-results.ts';
import { limitedResult, type ToolResult } from '../../src/policy/limited-result.ts';
import type { ResultRules } from '../../src/policy/server-policy.ts';

const rules = (maxBytes: number, larger: ResultRules['larger'] = 'cut'): ResultRules => ({
  maxBytes,
  larger,
});
const never = (): string | undefined => assert.fail('nothing was to be kept');
const text = (words: string): { type: string; text: string } => ({ type: 'text', text: words });
const texts = (result: ToolResult): string[] => (result.content ?? []).flatMap((block) => block.text ?? []);

test('a result within the limit is the very same object', () => {
  const result = { content: [text('short')], structuredContent: { a: 1 } };
  assert.equal(limitedResult(result, rules(Buffer.byteLength(JSON.stringify(result))), never), result);
});

test('one byte too many is refused with an error that says both sizes', () => {
  const result = { content: [text('short')] };
  const bytes = Buffer.byteLength(JSON.stringify(result));
  const limited = limitedResult(result, rules(bytes - 1, 'refuse'), never);
  assert.equal(limited.isError, true);
  assert.match(texts(limited).join(''), new RegExp(`has ${String(bytes)} bytes; ${String(bytes - 1)} are`));
});

test('a long text is cut where it fits, with a note and a link to the whole', () => {
  const result = { content: [text('first'), text('ä'.repeat(5000)), text('last')], _meta: { trace: 'x' } };
  let kept = '';
  const limited = limitedResult(result, rules(1000), (json) => {
    kept = json;
    return 'mcpcat-result:1';
  });
  assert.deepEqual(JSON.parse(kept), result);
  const [first, long, note] = texts(limited);
  assert.equal(first, 'first');
  assert.match(long ?? '', /^ä{300,500}$/);
  assert.match(note ?? '', /1000 are permitted .*: content was cut\. The whole is at mcpcat-result:1\./);
  assert.deepEqual(limited.content?.at(-1), {
    type: 'resource_link',
    uri: 'mcpcat-result:1',
    name: 'whole result',
    mimeType: 'application/json',
  });
  assert.equal(limited.isError, undefined);
  assert.deepEqual(limited['_meta'], { trace: 'x' });
});

test('a cut never leaves half of a character', () => {
  for (let max = 200; max < 240; max++) {
    const limited = limitedResult({ content: [text('🐈'.repeat(200))] }, rules(max), () => undefined);
    assert.ok(texts(limited)[0]?.isWellFormed(), String(max));
  }
});

test('an image that does not fit is left out whole, and what comes after it too', () => {
  const image = { type: 'image', data: 'A'.repeat(4000), mimeType: 'image/png' };
  const limited = limitedResult({ content: [text('before'), image, text('after')] }, rules(500), () => 'x');
  assert.deepEqual(
    limited.content?.map(({ type }) => type),
    ['text', 'text', 'resource_link'],
  );
});

test('without its structured content a result is an error, as a client would find it is no answer of the tool', () => {
  const limited = limitedResult(
    { content: [text('a')], structuredContent: { long: 'x'.repeat(5000) } },
    rules(1000),
    () => undefined,
  );
  assert.equal(limited.isError, true);
  assert.equal(limited.structuredContent, undefined);
  assert.match(texts(limited).at(-1) ?? '', /structured content was left out\. It was too large to be kept/);
});

test('what is kept is read by its address alone, and the oldest makes room', () => {
  let next = 0;
  const kept = new KeptResults({ maxBytes: 10, maxCount: 3, isReadable: (json) => json !== 'f' }, () =>
    String(next++),
  );
  const [a, b] = [kept.keep('12345'), kept.keep('67890')];
  assert.equal(kept.read(a ?? ''), '12345');
  assert.equal(kept.keep('12345678901'), undefined);
  const c = kept.keep('abc');
  assert.equal(kept.read(a ?? ''), undefined);
  assert.equal(kept.read(b ?? ''), '67890');
  assert.equal(kept.read(c ?? ''), 'abc');
  assert.equal(kept.read('mcpcat-result:99'), undefined);
  assert.equal(kept.keep('f'), undefined);
  kept.keep('d');
  kept.keep('e');
  assert.equal(kept.read(b ?? ''), undefined);
});

test('what else a result says is kept, as long as it is short', () => {
  const result = { resultType: 'complete', padding: 'x'.repeat(9000), content: [text('x'.repeat(5000))] };
  for (const larger of ['cut', 'refuse'] as const) {
    const limited = limitedResult(result, rules(1000, larger), () => undefined);
    assert.deepEqual([limited['resultType'], limited['padding']], ['complete', undefined], larger);
  }
});

test('what is no result yet stays as it is, however large', () => {
  const question = { resultType: 'input_required', inputRequests: { a: 'x'.repeat(5000) } };
  assert.equal(limitedResult(question, rules(100, 'refuse'), never), question);
});
