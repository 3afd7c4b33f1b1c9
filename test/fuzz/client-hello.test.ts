import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzClientHello } from './client-hello.ts';
import { effort } from './effort.ts';

const inputs = effort(10_000);

test(`${String(inputs)} broken first bytes end in the verdict that their name deserves`, async () => {
  const { permitted, refused } = await fuzzClientHello(inputs, 1);
  // Mutations that all die at the first check would prove nothing.
  assert.ok(
    permitted > inputs / 40 && refused > inputs / 4,
    `${String(permitted)} permitted, ${String(refused)} refused`,
  );
});
