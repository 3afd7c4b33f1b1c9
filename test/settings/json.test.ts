import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonFault, placeOf, readJson, type Json } from '../../src/settings/json.ts';

/** The same without places, to compare with JSON.parse. */
function plain(json: Json): unknown {
  if (json.kind === 'object')
    return Object.fromEntries([...json.members].map(([key, { value }]) => [key, plain(value)]));
  if (json.kind === 'array') return json.items.map(plain);
  return json.kind === 'null' ? null : json.value;
}

const sound = [
  '{}',
  '[]',
  ' { "a" : [ 1 , -2.5e3 , 0 , 1E+2 ] , "b" : { "c" : null , "d" : [ true , false ] } } \r\n',
  '"ä\\u00e4\\n\\"\\\\\\/ \u2028"',
  '["", {"": {}}]',
  '{"__proto__": {"x": 1}, "constructor": 2}',
  JSON.stringify('x'.repeat(200_000)),
];
for (const text of sound) {
  test(`${text.slice(0, 60)} is read as JSON.parse reads it`, () => {
    assert.deepEqual(plain(readJson(text)), JSON.parse(text));
  });
}

/** Text → place and message of the fault. */
const faults: Readonly<Record<string, readonly [place: string, message: RegExp]>> = {
  '': ['1:1', /^expected a value, found the end of the file$/],
  '{"a": 1,\n  "b": }': ['2:8', /^expected a value, found }$/],
  '{"a": 1,\n}': ['2:1', /^expected a key in double quotes, found }$/],
  '{a: 1}': ['1:2', /^expected a key in double quotes or }, found a$/],
  "{'a': 1}": ['1:2', /^expected a key in double quotes or }, found '$/],
  '{"a" 1}': ['1:6', /^expected a colon, found 1$/],
  '{"a": 1 "b": 2}': ['1:9', /^expected a comma or }, found "b"$/],
  '[1, 2': ['1:6', /^expected a comma or ], found the end of the file$/],
  '[1,]': ['1:4', /^expected a value, found ]$/],
  '{"a": 01}': ['1:7', /found 01$/],
  '{"a": 512m}': ['1:7', /found 512m$/],
  '{"a": .5}': ['1:7', /found \.5$/],
  '{"a": True}': ['1:7', /found True$/],
  '{"a": truer}': ['1:7', /found truer$/],
  '{} {}': ['1:4', /^expected the end of the file, found {$/],
  '{\n  // mine\n}': ['2:3', /found a comment, which JSON has not$/],
  '{"a": "x\n"}': ['1:7', /^expected the closing quote of this text, on its line$/],
  '{"a": "\\x"}': ['1:7', /only the escapes of JSON, found "\\x"$/],
  '{"a": "\t"}': ['1:7', /only the escapes of JSON/],
  '{"a": 1, "a": 2}': ['1:10', /^expected each key once, found "a" again$/],
  '{"a": 1, "\\u0061": 2}': ['1:10', /^expected each key once/],
  '{"a": \u0000}': ['1:7', /^expected a value/],
};
for (const [text, [place, message]] of Object.entries(faults)) {
  test(`${JSON.stringify(text)} is a fault at ${place}`, () => {
    assert.throws(
      () => readJson(text),
      (error) =>
        error instanceof JsonFault && message.test(error.message) && placeOf(text, error.at) === place,
    );
  });
}

test('endless nesting is a fault, not the end of the stack', () => {
  assert.throws(() => readJson('['.repeat(100_000)), JsonFault);
});

test('whatever JSON.parse refuses is refused, for texts with one character changed', () => {
  const text = '{"servers": {"a-b": {"network": ["x.y:1"], "cpus": 0.5, "denyNetwork": true}}}';
  for (let at = 0; at < text.length; at++) {
    for (const character of ['"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', '\n', ' ', 'x', '']) {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      assert.equal(accepts(readJson, changed), accepts(JSON.parse, changed), changed);
    }
  }
});

function accepts(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
