import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleArguments } from '../../src/audit/example-arguments.ts';

const object = (properties: object, required: readonly string[] = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
});

test('only what is required is filled in, and addresses, because they say where a server may go', () => {
  assert.deepEqual(
    exampleArguments(
      object({ query: { type: 'string' }, limit: { type: 'integer' }, url: { type: 'string' } }, ['query']),
    ),
    { query: 'mcpcat', url: 'https://mcpcat-audit.example.com/' },
  );
});

test('values that the schema names are taken first', () => {
  assert.deepEqual(
    exampleArguments(
      object({
        a: { enum: ['x', 'y'] },
        b: { default: 7, enum: [1, 7] },
        c: { const: 'fixed' },
        d: { type: 'string', examples: ['shown'] },
      }),
    ),
    { a: 'x', b: 7, c: 'fixed', d: 'shown' },
  );
});

test('types, formats, bounds and choices are met', () => {
  assert.deepEqual(
    exampleArguments(
      object({
        count: { type: 'integer', minimum: 5 },
        on: { type: 'boolean' },
        when: { type: 'string', format: 'date-time' },
        list: { type: 'array', items: { type: 'number' } },
        maybe: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
        either: { type: ['null', 'boolean'] },
        long: { type: 'string', minLength: 9 },
        inner: object({ email: { type: 'string' } }),
        none: { type: 'null' },
      }),
    ),
    {
      count: 5,
      on: false,
      when: '2026-01-31T12:00:00Z',
      list: [1],
      maybe: 1,
      either: false,
      long: 'mcpcatxxx',
      inner: { email: 'someone@example.com' },
      none: null,
    },
  );
});

test('references are followed, and a schema that contains itself comes to an end', () => {
  const schema = {
    ...object({ node: { $ref: '#/$defs/node' } }),
    $defs: { node: object({ next: { $ref: '#/$defs/node' } }) },
  };
  assert.match(JSON.stringify(exampleArguments(schema)), /^\{"node":\{"next":/);
});

test('what is no schema gives no arguments', () => {
  for (const odd of [undefined, null, true, 'text', [], { type: 'string' }, { type: 'object' }])
    assert.deepEqual(exampleArguments(odd), {});
});
