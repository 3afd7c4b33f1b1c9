import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { givenToken, serveToken } from '../../src/serve-http/serve-token.ts';
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

test("a token that was given is read where a group may read it, as a cluster's secrets are, and never made", (t) => {
  const file = `${temporaryFolder(t)}/token`;
  assert.throws(() => givenToken(file, host), refused('io-failed', /there is no such file$/));
  writeFileSync(file, `${'g'.repeat(43)}\n`, { mode: 0o440 });
  assert.deepEqual(givenToken(file, host), { token: 'g'.repeat(43), file, isNew: false });
  chmodSync(file, 0o444);
  assert.throws(() => givenToken(file, host), refused('io-failed', /everybody may read it$/));
  chmodSync(file, 0o600);
  writeFileSync(file, 'short');
  assert.throws(() => givenToken(file, host), refused('io-failed', /something else$/));
});
