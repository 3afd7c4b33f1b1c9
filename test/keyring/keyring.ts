/**
 * `npm run test:keyring`: secrets in a real Secret Service. Not among the ordinary tests: it needs `dbus-daemon`, and
 * GNOME's keyring from the machine or from Debian's packages.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { keptSecrets, secretFile } from '../../src/secrets/file-store.ts';
import { systemKeyring } from '../../src/secrets/keyring.ts';
import { removeSecret, storedSecrets, storeSecret, type SecretSource } from '../../src/secrets/secrets.ts';
import { run } from '../rig/engine.ts';
import { secretService, type SecretService } from './secret-service.ts';

const timeout = 60_000;
const owner = { catalog: 'mcpcat', server: 'github' };
const secret = { owner, name: 'TOKEN' };
let service: SecretService;
let source: SecretSource;

before(
  async () => {
    service = await secretService();
    source = { env: service.env, host: hostOf(thisMachine()), secretCommand: undefined };
  },
  { timeout },
);
after(async () => service[Symbol.asyncDispose]());

function fileText(): string {
  return readFileSync(secretFile(source), 'utf8');
}

test('a secret goes into the keyring, and the file says no more than that', { timeout }, async () => {
  assert.deepEqual(await storeSecret(owner, { name: 'TOKEN', value: 'hush-hush' }, source), {
    changed: true,
    where: 'keyring',
  });
  assert.doesNotMatch(fileText(), /hush/);
  assert.equal(statSync(secretFile(source)).mode & 0o777, 0o600);
  assert.deepEqual(await storedSecrets(owner, source), { TOKEN: 'hush-hush' });
  const again = await storeSecret(owner, { name: 'TOKEN', value: 'hush-hush' }, source);
  assert.deepEqual(again, { changed: false, where: 'keyring' });
  assert.deepEqual(
    await storedSecrets({ ...owner, catalog: 'https://example.com/catalog.json' }, source),
    {},
  );
});

test('it is there when the session is another one', { timeout }, async () => {
  await service.restart('unlocked');
  assert.deepEqual(await storedSecrets(owner, source), { TOKEN: 'hush-hush' });
});

test(
  'a keyring that is locked, and nobody to unlock it: the start is refused, nothing is lost',
  { timeout },
  async () => {
    await service.restart('locked');
    await assert.rejects(
      storedSecrets(owner, source),
      (error: unknown) =>
        error instanceof McpcatError &&
        error.code === 'io-failed' &&
        /TOKEN of github: the keyring of your session .* refuses/.test(error.message),
    );
    await assert.rejects(storeSecret(owner, { name: 'OTHER', value: 'hush' }, source), McpcatError);
    assert.doesNotMatch(fileText(), /hush|OTHER/, 'it does not go to a less safe place unasked');
    await service.restart('unlocked');
    assert.deepEqual(await storedSecrets(owner, source), { TOKEN: 'hush-hush' });
  },
);

test(
  'a start without the keyring is refused for the secret that is in it, and for no other',
  { timeout },
  async () => {
    const elsewhere = { ...source, env: { HOME: service.env['HOME'] ?? '' } };
    await assert.rejects(
      storedSecrets(owner, elsewhere),
      (error: unknown) =>
        error instanceof McpcatError &&
        /TOKEN of github is in a keyring that is not here/.test(error.message),
    );
    const plain = await storeSecret(owner, { name: 'PLAIN', value: 'x' }, elsewhere);
    assert.equal(plain.where, 'file');
    assert.ok(plain.why);
    assert.deepEqual(await storedSecrets(owner, elsewhere, ['PLAIN']), { PLAIN: 'x' });
  },
);

test('the file on request takes it out of the keyring', { timeout }, async () => {
  const found = await systemKeyring(source);
  assert.equal(found.kind, 'here');
  assert.ok(found.kind === 'here');
  await storeSecret(owner, { name: 'TOKEN', value: 'in the open', where: 'file' }, source);
  assert.equal(await found.keyring.get(secret), undefined);
  assert.equal(keptSecrets(owner, source)['TOKEN'], 'in the open');
  await storeSecret(owner, { name: 'TOKEN', value: 'closed' }, source);
  assert.equal(await found.keyring.get(secret), 'closed');
  assert.equal(await removeSecret(secret, source), true);
  assert.equal(await found.keyring.get(secret), undefined);
  assert.equal(await removeSecret(secret, source), false);
});

test(
  'whoever leaves a keyring that does not answer gets the file, and is told what stays behind',
  { timeout },
  async () => {
    await storeSecret(owner, { name: 'LEFT', value: 'old' }, source);
    await service.restart('locked');
    const stored = await storeSecret(owner, { name: 'LEFT', value: 'new', where: 'file' }, source);
    assert.equal(stored.where, 'file');
    assert.match(stored.left ?? '', /refuses/);
    assert.deepEqual(await storedSecrets(owner, source, ['LEFT']), { LEFT: 'new' });
    await service.restart('unlocked');
  },
);

test('what somebody took out of the keyring is missed with its name', { timeout }, async () => {
  await storeSecret(owner, { name: 'TOKEN', value: 'x' }, source);
  const found = await systemKeyring(source);
  assert.ok(found.kind === 'here');
  await found.keyring.remove(secret);
  await assert.rejects(
    storedSecrets(owner, source),
    (error: unknown) =>
      error instanceof McpcatError &&
      error.message === 'TOKEN of github is no longer in the keyring' &&
      error.hint === 'store it anew: mcpcat secret set github TOKEN',
  );
});

test('the command keeps, lists and removes, as the package does it', { timeout }, async () => {
  const { env } = service;
  const set = await run(['secret', 'set', 'brave-search', 'BRAVE_API_KEY', '--stdin'], {
    env,
    input: 'hush\n',
  });
  assert.equal(set.code, 0, set.stderr);
  assert.equal(set.stdout, 'stored BRAVE_API_KEY of brave-search in the keyring\n');
  assert.doesNotMatch(fileText(), /hush/);
  const list = await run(['secret', 'list', 'brave-search', '--json'], { env });
  assert.deepEqual(JSON.parse(list.stdout), [
    { server: 'brave-search', name: 'BRAVE_API_KEY', where: 'keyring' },
  ]);
  assert.equal((await run(['secret', 'rm', 'brave-search', 'BRAVE_API_KEY'], { env })).code, 0);
  assert.equal((await run(['secret', 'list', 'brave-search'], { env })).stdout, 'no secret is stored\n');
});
