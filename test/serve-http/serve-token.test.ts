import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { serveToken } from '../../src/serve-http/serve-token.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { refused } from '../sandbox/fixtures.ts';

const host = linuxHost(thisMachine());

test('the token is made once, for this user alone, and is the same from then on', (t) => {
  const places = { env: { HOME: temporaryFolder(t) }, host };
  const first = serveToken(places);
  assert.deepEqual([first.isNew, first.token.length >= 43], [true, true]);
  assert.equal(statSync(first.file).mode & 0o777, 0o600);
  assert.deepEqual(serveToken(places), { ...first, isNew: false });
  assert.notEqual(serveToken({ env: { HOME: temporaryFolder(t) }, host }).token, first.token);
});

test('a file that others may read, or that holds no token, is refused and its content not repeated', (t) => {
  const places = { env: { HOME: temporaryFolder(t) }, host };
  const { file } = serveToken(places);
  chmodSync(file, 0o644);
  assert.throws(() => serveToken(places), refused('io-failed', /others may read it/));
  chmodSync(file, 0o600);
  for (const text of ['', 'short', `${'x'.repeat(40)} y`]) {
    writeFileSync(file, text);
    assert.throws(() => serveToken(places), refused('io-failed', /something else$/), text);
  }
});
