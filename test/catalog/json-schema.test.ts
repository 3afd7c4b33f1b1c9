import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { schemaText } from '../../src/catalog/json-schema.ts';

const catalog = path.resolve(import.meta.dirname, '../../catalog');

test('the committed schema is what the code says (scripts/generate-schema.ts writes it)', () => {
  assert.equal(readFileSync(path.join(catalog, 'server.schema.json'), 'utf8'), schemaText());
});

test('the schema lets editors mark unknown keys, and asks for no key that has a default', () => {
  const schema: unknown = JSON.parse(schemaText());
  assert.ok(typeof schema === 'object' && schema !== null);
  assert.equal(Reflect.get(schema, 'additionalProperties'), false);
  const required: unknown = Reflect.get(schema, 'required');
  assert.ok(Array.isArray(required));
  assert.ok(required.includes('source') && !required.includes('limits') && !required.includes('permissions'));
});
