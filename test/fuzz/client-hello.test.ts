import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzClientHello } from './client-hello.ts';

test('20,000 broken first bytes end in the verdict that their name deserves', async () => {
  const { permitted, refused } = await fuzzClientHello(20_000, 1);
  // Mutations that all die at the first check would prove nothing.
  assert.ok(permitted > 500 && refused > 5000, `${String(permitted)} permitted, ${String(refused)} refused`);
});
