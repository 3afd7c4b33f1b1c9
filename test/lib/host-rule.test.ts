import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  coversRule,
  hostRuleForm,
  hostRuleText,
  isHostName,
  parseHostRule,
} from '../../src/lib/host-rule.ts';
import { parseHostRules, publicRuleProblems } from '../../src/lib/host-rules.ts';

const right: Readonly<
  Record<string, { kind: string; name: string; ports: number[]; portSetting?: string; text?: string }>
> = {
  'api.example.com': { kind: 'exact', name: 'api.example.com', ports: [443] },
  'db.example.com:5432': { kind: 'exact', name: 'db.example.com', ports: [5432] },
  'a.example.com:443': { kind: 'exact', name: 'a.example.com', ports: [443], text: 'a.example.com' },
  '*.example.com': { kind: 'suffix', name: 'example.com', ports: [443] },
  '*.example.com:8443': { kind: 'suffix', name: 'example.com', ports: [8443] },
  '*': { kind: 'any', name: '', ports: [443, 80] },
  '*:8080': { kind: 'any', name: '', ports: [8080] },
  '{DATABASE_URL}': { kind: 'setting', name: 'DATABASE_URL', ports: [] },
  '{DB_HOST}:5432': { kind: 'setting', name: 'DB_HOST', ports: [5432] },
  '{DB_HOST}:{DB_PORT}': { kind: 'setting', name: 'DB_HOST', ports: [], portSetting: 'DB_PORT' },
  'my_db:5432': { kind: 'exact', name: 'my_db', ports: [5432] },
  'bücher.example': {
    kind: 'exact',
    name: 'xn--bcher-kva.example',
    ports: [443],
    text: 'xn--bcher-kva.example',
  },
  'API.Example.COM': { kind: 'exact', name: 'api.example.com', ports: [443], text: 'api.example.com' },
  'host.mcpcat.internal:3000': { kind: 'exact', name: 'host.mcpcat.internal', ports: [3000] },
  '*.github.io': { kind: 'suffix', name: 'github.io', ports: [443] },
};

test('every form of a rule is understood and written back', () => {
  for (const [text, { text: back = text, ...expected }] of Object.entries(right)) {
    const rule = parseHostRule(text, '--allow');
    assert.deepEqual(rule, expected, text);
    assert.equal(hostRuleText(rule), back);
    assert.ok(hostRuleForm.test(hostRuleText(rule)), `the schema takes ${text}`);
  }
});

const wrong: Readonly<Record<string, RegExp>> = {
  '': /found nothing/,
  ' ': /space or control/,
  'a b.example.com': /space or control/,
  'a.example.com\u0000': /space or control/,
  'a.example.com\u200b': /space or control/,
  'https://a.example.com': /the URL https/,
  'http://a.example.com/x': /the URL/,
  'a.example.com/x': /found "a.example.com\/x"/,
  '10.0.0.0/8': /found "10.0.0.0\/8"/,
  'u@a.example.com': /found/,
  'a%2eexample.com': /found/,
  '10.0.0.1': /the IP address/,
  '127.1': /the IP address/,
  '0x7f.1': /the IP address/,
  '2130706433': /the IP address/,
  '0177.0.0.1': /the IP address/,
  'example.0x1': /the IP address/,
  '１２７.0.0.1': /the IP address/,
  '[::1]': /the IP address/,
  '::1': /the IP address/,
  'fe80::1%eth0': /found/,
  'a.example.com:0': /a port from 1 to 65535, found "0"/,
  'a.example.com:65536': /a port from/,
  'a.example.com:': /a port from/,
  'a.example.com:https': /a port from/,
  'a.example.com:0443': /a port from/,
  'foo*.com': /found "foo\*.com"/,
  '*foo.com': /found/,
  '*.*.com': /found/,
  'a.*.com': /found/,
  '**': /found/,
  '*.': /found/,
  '*.com': /found "\*.com"/,
  '*.co.uk': /found "\*.co.uk"/,
  '*.com.au': /found/,
  'a..example.com': /found/,
  '-a.example.com': /found/,
  'a-.example.com': /found/,
  'a.example.com.': /found/,
  '.example.com': /found/,
  localhost: /found "localhost"/,
  'a.localhost:80': /found/,
  '{A': /found/,
  '{A}.example.com': /found/,
  '{A}:70000': /port from 1 to 65535/,
  '{A}:{B}:1': /found/,
  '{A}:x': /port from 1 to 65535/,
  [`${'a'.repeat(64)}.example.com`]: /found/,
  [`${'a.'.repeat(130)}com`]: /found/,
};

test('every wrong form is refused with usage, and says what was found', () => {
  for (const [text, message] of Object.entries(wrong))
    assert.throws(() => parseHostRule(text, '--allow'), { code: 'usage', message }, JSON.stringify(text));
});

test('hints say what to write instead', () => {
  const hint = (text: string): unknown => {
    try {
      return parseHostRule(text, '--allow');
    } catch (error) {
      return error instanceof Error && 'hint' in error ? error.hint : error;
    }
  };
  assert.equal(hint('https://a.example.com/x?y'), 'write a.example.com');
  assert.equal(hint('http://a.example.com'), 'write a.example.com:80');
  assert.equal(hint('https://a.example.com:8443'), 'write a.example.com:8443');
  assert.match(String(hint('localhost:3000')), /host\.mcpcat\.internal/);
  assert.match(String(hint('*.com')), /registry/);
});

test('repetitions and rules inside others are problems, at the one that is too much', () => {
  const found = (...texts: string[]): string[] =>
    parseHostRules(texts, 'network').problems.map(({ index, message }) => `${String(index)} ${message}`);
  assert.deepEqual(found('a.example.com', 'b.example.com', '*.other.example', 'a.example.com:80'), []);
  assert.deepEqual(found('a.example.com', 'A.example.com:443'), ['1 network: a.example.com is listed twice']);
  assert.deepEqual(found('a.example.com', '*.example.com'), [
    '0 network: a.example.com is contained in *.example.com',
  ]);
  assert.deepEqual(found('*.b.example.com', '*.example.com'), [
    '0 network: *.b.example.com is contained in *.example.com',
  ]);
  assert.deepEqual(found('*', 'a.example.com:80'), ['1 network: a.example.com:80 is contained in *']);
  assert.deepEqual(found('{A}', '{A}'), ['1 network: {A} is listed twice']);
  assert.deepEqual(found('x y', 'http://z'), [
    '0 network: expected host, host:port, *.example.com, {SETTING} or *, found a space or control character in "x y"',
    '1 network: expected host, host:port, *.example.com, {SETTING} or *, found the URL http://z',
  ]);
  assert.equal(found(...Array.from({ length: 300 }, (_, n) => `h${String(n)}.example.com`)).length, 1);
});

test('an entry may not declare names that only a user can mean', () => {
  assert.equal(
    publicRuleProblems(['nas', 'host.mcpcat.internal', 'a.example.com', '{A}'], 'network').length,
    2,
  );
});

test('a suffix covers what is below it, not itself and not look-alikes', () => {
  const suffix = parseHostRule('*.example.com', 'x');
  const covered = (text: string): boolean => coversRule(suffix, parseHostRule(text, 'x'));
  assert.ok(covered('a.example.com') && covered('a.b.example.com') && covered('*.c.example.com'));
  for (const text of [
    'example.com',
    'badexample.com',
    'a.example.com:80',
    'example.com.evil.org',
    '*',
    '{A}',
  ])
    assert.ok(!covered(text), text);
});

test('names that resolvers would read as addresses are no host names', () => {
  for (const name of [
    '127.0.0.1',
    '1.2.3',
    '0x7f.0.0.1',
    'a.0x',
    'a.1',
    '',
    '.',
    'a.',
    'a..b',
    'A.b',
    'a b',
    'ä.b',
  ])
    assert.ok(!isHostName(name), name);
  for (const name of ['a', 'a.b', '1.a', '_dmarc.a.b', 'xn--p1ai', '0x7f.example', '9.9.9.9.example'])
    assert.ok(isHostName(name), name);
});
