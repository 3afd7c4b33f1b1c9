import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { keepSecret, keptSecrets, secretFile, storedNames } from '../../src/secrets/file-store.ts';
import { systemKeyring } from '../../src/secrets/keyring.ts';
import { removeSecret, storedSecrets, storeSecret, type SecretSource } from '../../src/secrets/secrets.ts';

const homes: string[] = [];
after(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

/** A real program that answers as password managers do; `{reference}` or the last word is what it is asked for. */
function command(script: string, ...words: readonly string[]): readonly string[] {
  return [process.execPath, '-e', script, '--', ...words];
}

const echo = command('process.stdout.write("value of " + process.argv.slice(1).join(" ") + "\\n")');

function source(secretCommand: readonly string[] | undefined = echo): SecretSource {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-secrets-'));
  homes.push(home);
  return { env: { HOME: home }, host: hostOf(thisMachine()), secretCommand };
}

const owner = { catalog: 'mcpcat', server: 'github' };
const failed = (message: RegExp) => (error: unknown) =>
  error instanceof McpcatError && error.code === 'io-failed' && message.test(error.message);

test('without a keyring a secret goes into the file, with the reason', async () => {
  const at = source();
  const { why, ...stored } = await storeSecret(owner, { name: 'TOKEN', value: 'x' }, at);
  assert.deepEqual(stored, { changed: true, where: 'file' });
  assert.match(why ?? '', /HOME is not the home of this user|no D-Bus session|not installed/);
  assert.deepEqual(await storedSecrets(owner, at), { TOKEN: 'x' });
});

test('a process with another home does not touch the keyring of whoever is logged in', async () => {
  const { env, host } = source();
  assert.deepEqual(await systemKeyring({ env, host }), {
    kind: 'none',
    why: 'HOME is not the home of this user',
  });
});

test('a reference is kept as one, and the command reads it at each start', async () => {
  const at = source();
  const reference = 'op://Private/GitHub/token';
  const stored = await storeSecret(owner, { name: 'TOKEN', reference }, at);
  assert.deepEqual(stored, { changed: true, where: 'reference' });
  assert.doesNotMatch(readFileSync(secretFile(at), 'utf8'), /value of/);
  assert.deepEqual(await storedSecrets(owner, at), { TOKEN: `value of ${reference}` });
  assert.deepEqual(storedNames('mcpcat', at), [['github', [['TOKEN', 'reference']]]]);
});

test('the reference stands where the command says, as one word whatever is in it', async () => {
  const at = source(
    command('process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--field={reference}', 'x'),
  );
  const reference = '$(id);`id`&"$&';
  await storeSecret(owner, { name: 'TOKEN', reference }, at);
  assert.deepEqual(await storedSecrets(owner, at), { TOKEN: JSON.stringify([`--field=${reference}`, 'x']) });
});

test('the command gets what password managers read, and none of the tokens that a client has', async () => {
  const script = 'process.stdout.write(JSON.stringify(Object.keys(process.env).sort()))';
  const at = source(command(script));
  const env = {
    ...at.env,
    PATH: '/usr/bin',
    OP_SERVICE_ACCOUNT_TOKEN: 'x',
    GITHUB_TOKEN: 'x',
    LD_PRELOAD: '',
  };
  keepSecret(owner, { name: 'TOKEN', kept: { reference: 'a' } }, at);
  const { TOKEN = '' } = await storedSecrets(owner, { ...at, env });
  assert.deepEqual(JSON.parse(TOKEN), ['HOME', 'OP_SERVICE_ACCOUNT_TOKEN', 'PATH']);
});

test('only what is wanted is fetched', async () => {
  const at = source();
  keepSecret(owner, { name: 'PLAIN', kept: 'x' }, at);
  keepSecret(owner, { name: 'BROKEN', kept: { reference: 'gone' } }, at);
  assert.deepEqual(await storedSecrets(owner, { ...at, secretCommand: undefined }, ['PLAIN']), {
    PLAIN: 'x',
  });
});

const faults: readonly (readonly [what: string, command: readonly string[] | undefined, message: RegExp])[] =
  [
    [
      'ends with an error',
      command('console.error("not signed in"); process.exit(3)'),
      /ended with 3: not signed in/,
    ],
    ['prints nothing', command(''), /printed nothing that is a secret/],
    [
      'prints far too much',
      command('process.stdout.write("x".repeat(1 << 20))'),
      /printed more than 65536 bytes/,
    ],
    ['does not exist', ['/nowhere/op'], /can't be started: .*ENOENT/],
  ];
for (const [what, broken, message] of faults)
  test(`a command that ${what} is told, nothing is kept, and a start is refused`, async () => {
    const at = source(broken);
    await assert.rejects(storeSecret(owner, { name: 'TOKEN', reference: 'op://a' }, at), failed(message));
    assert.deepEqual(keptSecrets(owner, at), {});
    keepSecret(owner, { name: 'TOKEN', kept: { reference: 'op://a' } }, at);
    await assert.rejects(storedSecrets(owner, at), failed(message));
  });

test('what a command prints before it fails is in no message', async () => {
  const at = source(command('process.stdout.write("hush"); process.exitCode = 1'));
  await assert.rejects(
    storeSecret(owner, { name: 'TOKEN', reference: 'op://a' }, at),
    (error: unknown) =>
      error instanceof McpcatError && !JSON.stringify([error.message, error.detail]).includes('hush'),
  );
});

test('a reference without a command says what to write into the settings file', async () => {
  const at = { ...source(), secretCommand: undefined };
  await assert.rejects(
    storeSecret(owner, { name: 'TOKEN', reference: 'op://a' }, at),
    (error: unknown) => error instanceof McpcatError && /"secretCommand": \[/.test(error.hint ?? ''),
  );
});

test('what is removed is gone, once', async () => {
  const at = source();
  await storeSecret(owner, { name: 'TOKEN', value: 'x' }, at);
  assert.equal(await removeSecret({ owner, name: 'TOKEN' }, at), true);
  assert.equal(await removeSecret({ owner, name: 'TOKEN' }, at), false);
});
