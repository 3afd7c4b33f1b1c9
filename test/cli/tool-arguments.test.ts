import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsFor, givenArguments } from '../../src/cli/tool-arguments.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['text'],
  $defs: { Colour: { enum: ['red', 'green', 3] } },
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    size: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    deep: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    filter: { type: 'object' },
    colour: { $ref: '#/$defs/Colour' },
    any: {},
  },
};

function read(...words: readonly string[]): unknown {
  return argumentsFor({ name: 'paint', inputSchema: schema }, givenArguments(words, ''));
}

function refused(words: readonly string[], input = ''): string {
  try {
    argumentsFor({ name: 'paint', inputSchema: schema }, givenArguments(words, input));
  } catch (error) {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'usage');
    return [error.message, ...error.detail].join('\n');
  }
  return assert.fail('it was taken');
}

test('each value is read as the schema has it', () => {
  const words = ['text=5', 'count=5', 'size=2.5', 'deep=true', 'filter={"a":[1]}', 'colour=green', 'any=1'];
  assert.deepEqual(read(...words), {
    text: '5',
    count: 5,
    size: 2.5,
    deep: true,
    filter: { a: [1] },
    colour: 'green',
    any: '1',
  });
});

test('a text keeps equals signs, colons, spaces and emptiness', () => {
  assert.deepEqual(read('text=a=b:=c d'), { text: 'a=b:=c d' });
  assert.deepEqual(read('text='), { text: '' });
});

test('an argument that is given several times is an array, and so is one JSON array', () => {
  assert.deepEqual(read('text=', 'tags=a', 'tags=b', 'numbers=1'), {
    text: '',
    tags: ['a', 'b'],
    numbers: [1],
  });
  assert.deepEqual(read('text=', 'tags=["a"]', 'numbers=[1,2]'), { text: '', tags: ['a'], numbers: [1, 2] });
});

test('JSON is taken as it is, whatever the schema has', () => {
  assert.deepEqual(read('text:=7', 'any:={"a":null}'), { text: 7, any: { a: null } });
});

test('what a union permits is taken, and a choice that is no text', () => {
  assert.deepEqual(read('text=', 'size=null', 'colour=3'), { text: '', size: null, colour: 3 });
});

test('everything that is wrong is said at once, with what the tool takes', () => {
  const text = refused(['count=2.5', 'deep=yes', 'colour=blue', 'tag=a', 'size=big', 'count=1']);
  assert.match(text, /^paint: the arguments do not fit its schema\n/);
  assert.match(text, /count: given 2 times, and it is no array/);
  assert.match(text, /deep: expected boolean, found "yes"/);
  assert.match(text, /colour: expected "red" or "green" or 3, found "blue"/);
  assert.match(text, /tag: the tool has no such argument; did you mean tags\?/);
  assert.match(text, /size: expected number or null, found "big"/);
  assert.match(text, /\ntext: missing, text/);
  assert.match(text, / {2}text: text\n/);
  assert.match(text, / {2}count: integer \(optional\)/);
});

test('a number that JavaScript can not hold is refused, not rounded', () => {
  assert.match(refused(['text=', 'count=9007199254740993']), /count: expected integer/);
  assert.match(refused(['text=', 'size=1e999']), /size: expected number or null/);
  assert.match(refused(['any:=[1, 9007199254740993]']), /^any:1:5: .*found one that would be rounded/);
  assert.match(refused(['{"a": {"b": -9007199254740993}}']), /^the arguments:1:13: /);
  assert.match(refused(['-'], '[12345678901234567891]'), /^standard input:1:2: /);
  assert.deepEqual(read('{"a": [9007199254740991, 0.1, 1e300, 0.125]}'), {
    a: [9007199254740991, 0.1, 1e300, 0.125],
  });
});

test('a JSON object goes to the server as it is: the server judges it', () => {
  assert.deepEqual(read('{"no": {"such": true}}'), { no: { such: true } });
  assert.deepEqual(
    argumentsFor({ name: 'paint', inputSchema: schema }, givenArguments(['-'], '\uFEFF{"a": 1}\n')),
    { a: 1 },
  );
});

test('broken JSON is told with its place, a key that stands twice too', () => {
  assert.match(refused(['-'], '{"a": 1,\n "b" 2}'), /^standard input:2:6: /);
  assert.match(refused(['{"a": 1, "a": 2}']), /^the arguments:1:10: /);
  assert.match(refused(['-'], '[1]'), /expected a JSON object/);
  assert.match(refused(['-'], ''), /^standard input:1:1: /);
  assert.match(refused(['any:={']), /^any:1:2: /);
});

test('words that are neither are refused', () => {
  assert.match(refused(['paris']), /expected KEY=VALUE, KEY:=JSON or a JSON object, found "paris"/);
  assert.match(refused(['{}', 'a=1']), /expected nothing after the JSON/);
});

test('names of object prototypes are no arguments that a schema has', () => {
  assert.match(refused(['text=', 'constructor=1']), /constructor: the tool has no such argument/);
});

test('a schema that refers to itself or is none ends', () => {
  const endless = { properties: { a: { $ref: '#/properties/a' } } };
  assert.deepEqual(argumentsFor({ name: 'x', inputSchema: endless }, givenArguments(['a=1'], '')), {
    a: '1',
  });
  assert.deepEqual(argumentsFor({ name: 'x', inputSchema: true }, givenArguments(['a=1'], '')), { a: '1' });
});
