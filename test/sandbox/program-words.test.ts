import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { refuseLongWords } from '../../src/sandbox/program-words.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  env: {
    TEXT: { description: 'A text' },
    TOKEN: { description: 'A token', secret: true, example: 'x' },
  },
});
/** With `TEXT=` before it and a NUL after it, the longest that Linux starts a program with. */
const longest = 131_072 - 'TEXT='.length - 1;
const sandbox = (env: Record<string, string>, args: string[] = []): unknown =>
  sandboxOf(entry, { ...noOverrides, env, args }, fakePaths());

test('a setting that no kernel would start the server with is refused by its name, and never repeated', () => {
  sandbox({ TEXT: 'x'.repeat(longest) });
  assert.throws(
    () => sandbox({ TEXT: 'x'.repeat(longest + 1) }),
    refused('usage', /^TEXT: expected at most 131072 bytes with its name, .*, found 131073$/),
  );
  // Bytes, not characters; and a secret is one of the settings when the server starts.
  assert.throws(
    () => sandbox({ TOKEN: 'ü'.repeat(longest / 2) }),
    refused('usage', /^TOKEN: .*found 131073$/),
  );
  assert.throws(
    () => sandbox({}, ['short', 'x'.repeat(131_072)]),
    refused('usage', /^argument 2 of the server: .*found 131073$/),
  );
});

test('all of them together have a limit, too', () => {
  const texts = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`S${String(at)}`, 'x'.repeat(100_000)]));
  refuseLongWords({ args: [], env: texts(18), secrets: {} });
  assert.throws(
    () => refuseLongWords({ args: [], env: texts(10), secrets: { ...texts(19) } }),
    refused('usage', /^settings and arguments: expected at most 1835008 bytes together, found 19/),
  );
});

/** Where the numbers come from; other systems have other ones, and servers run on Linux. */
test(
  'Linux starts a program with as much, and not with one byte more',
  { skip: process.platform !== 'linux' },
  () => {
    const start = (length: number): NodeJS.ErrnoException | undefined =>
      spawnSync('/bin/true', [], { env: { TEXT: 'x'.repeat(length) } }).error;
    assert.equal(start(longest), undefined);
    assert.equal(start(longest + 1)?.code, 'E2BIG');
  },
);
