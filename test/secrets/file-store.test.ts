import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import {
  keepSecret,
  keptSecrets,
  secretFile,
  storedNames,
  type SecretPlaces,
} from '../../src/secrets/file-store.ts';

const homes: string[] = [];
after(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

function places(): SecretPlaces {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-secrets-'));
  homes.push(home);
  return { env: { HOME: home }, host: hostOf(thisMachine()) };
}

const owner = { catalog: 'mcpcat', server: 'github' };

test('a secret is stored for its user alone, found again, replaced and removed', () => {
  const at = places();
  assert.deepEqual(keptSecrets(owner, at), {});
  assert.equal(keepSecret(owner, { name: 'TOKEN', kept: 'one' }, at), true);
  assert.equal(keepSecret(owner, { name: 'TOKEN', kept: 'one' }, at), false);
  keepSecret(owner, { name: 'TOKEN', kept: 'two' }, at);
  assert.deepEqual(keptSecrets(owner, at), { TOKEN: 'two' });
  assert.deepEqual(storedNames('mcpcat', at), [['github', [['TOKEN', 'file']]]]);
  assert.equal(statSync(secretFile(at)).mode & 0o777, 0o600);
  assert.equal(keepSecret(owner, { name: 'TOKEN', kept: undefined }, at), true);
  assert.deepEqual(keptSecrets(owner, at), {});
});

test('another catalog’s server of the same name gets none of it', () => {
  const at = places();
  keepSecret(owner, { name: 'TOKEN', kept: 'x' }, at);
  assert.deepEqual(keptSecrets({ ...owner, catalog: 'https://example.com/catalog.json' }, at), {});
  assert.deepEqual(keptSecrets({ ...owner, server: 'constructor' }, at), {});
});

test('a file that others may read is refused, and so is one that is not ours', () => {
  const at = places();
  keepSecret(owner, { name: 'TOKEN', kept: 'hush' }, at);
  chmodSync(secretFile(at), 0o644);
  assert.throws(
    () => keptSecrets(owner, at),
    (error: unknown) =>
      error instanceof McpcatError && error.code === 'io-failed' && /others may read it/.test(error.message),
  );
  chmodSync(secretFile(at), 0o600);
  for (const text of [
    '{"mcpcat": 1, "hush": ',
    '[]',
    '{"mcpcat":{"github":{"TOKEN":7}}}',
    '{"mcpcat":{"github":{"TOKEN":{"in":"cloud"}}}}',
  ]) {
    writeFileSync(secretFile(at), text);
    assert.throws(
      () => keepSecret(owner, { name: 'OTHER', kept: 'x' }, at),
      (error: unknown) =>
        error instanceof McpcatError && error.code === 'io-failed' && !error.message.includes('hush'),
    );
    assert.equal(readFileSync(secretFile(at), 'utf8'), text, 'nothing of it is lost');
  }
});

test('where a file stands in the place of the folder, that is said of the secrets', () => {
  const at = places();
  const folder = path.dirname(secretFile(at));
  mkdirSync(path.dirname(folder), { recursive: true });
  writeFileSync(folder, '');
  assert.throws(
    () => keepSecret(owner, { name: 'TOKEN', kept: 'x' }, at),
    (error: unknown) => error instanceof McpcatError && error.code === 'io-failed',
  );
});
