import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findingKinds } from '../../src/smoke/finding-kinds.ts';

test('every kind of finding has a page, and every page a kind', () => {
  const pages = readdirSync(path.resolve(import.meta.dirname, '../../docs/findings')).map((file) =>
    file.replace(/\.md$/, ''),
  );
  assert.deepEqual(pages.sort(), Object.keys(findingKinds).sort());
});
