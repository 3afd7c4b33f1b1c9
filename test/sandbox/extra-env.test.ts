import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf as containerSettingsOf } from '../../src/sandbox/settings.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  env: { HOST: { description: 'A host', example: 'a.example' } },
  permissions: { network: ['{HOST}'] },
});
const withExtra = (extraEnv: Readonly<Record<string, string>>, more = {}): Sandbox =>
  sandboxOf(entry, { ...noOverrides, env: { HOST: 'a.example' }, extraEnv, ...more }, fakePaths());

test('a variable that the entry does not declare reaches the server and changes nothing else', () => {
  const { secrets, ...rest } = withExtra({ JIRA_SSL_VERIFY: 'false' });
  assert.deepEqual(secrets, { JIRA_SSL_VERIFY: 'false' });
  assert.deepEqual({ ...rest, secrets: {} }, withExtra({}));
});

test('it permits no host, whatever it says', () => {
  const names = withExtra({ BASE_URL: 'https://b.example', OTHER_HOST: 'c.example' }).network.map(
    (rule) => rule.kind === 'exact' && rule.name,
  );
  assert.deepEqual(names, ['a.example']);
});

test("its value stands in no container's configuration", () => {
  const start = {
    image: 'i',
    labels: {},
    autoRemove: true,
  };
  const text = JSON.stringify(containerSettingsOf(withExtra({ GITHUB_HOST: 'v4lue' }), start));
  assert.doesNotMatch(text, /v4lue|GITHUB_HOST/);
});

test('a declared setting is refused as an extra one, with what to type', () => {
  const ask = (): unknown => withExtra({ HOST: 'b.example' });
  assert.throws(ask, refused('usage', /^HOST is a setting that notes declares$/));
  assert.throws(ask, { inputs: [{ name: 'setting', value: 'HOST' }] });
});

for (const name of [
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'LD_AUDIT',
  'GCONV_PATH',
  'PATH',
  'BASH_ENV',
  'NODE_OPTIONS',
  'NODE_PATH',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'PYTHONWARNINGS',
  'PYTHON_OF_LATER',
  'OPENSSL_CONF',
  'GIT_SSH_COMMAND',
  'GIT_CONFIG_COUNT',
  'JAVA_TOOL_OPTIONS',
  'PERL5OPT',
])
  test(`${name} is refused: other code would run than what was verified`, () => {
    assert.throws(() => withExtra({ [name]: 'x' }), refused('usage', /other code than what was verified/));
  });

for (const name of ['MCPCAT_NETWORK', 'MCPCAT_PREAMBLE', 'MCPCAT_LATER'])
  test(`${name} speaks to process 1 and is refused`, () => {
    assert.throws(() => withExtra({ [name]: 'x' }), refused('usage', /orders to process 1/));
  });

for (const name of [
  'LOG_LEVEL',
  'JIRA_SSL_VERIFY',
  'PYTHONUNBUFFERED',
  'GIT_BASE_DIR',
  'HOME',
  'NODE_ENV',
  'DEBUG',
])
  test(`${name} may be given`, () => {
    assert.equal(withExtra({ [name]: 'x' }).secrets[name], 'x');
  });

test('what mcpcat or the entry sets itself is not replaced', () => {
  assert.throws(
    () => withExtra({ SSL_CERT_FILE: '/x' }, { authorities: '/srv/ca' }),
    refused('usage', /^SSL_CERT_FILE is set for notes already/),
  );
  const http = entryOf({ transport: { http: { port: 3000, env: { PORT: '3000' } } } });
  assert.throws(
    () => sandboxOf(http, { ...noOverrides, extraEnv: { PORT: '1' } }, fakePaths()),
    refused('usage', /^PORT is set for notes already/),
  );
});

test('a NUL can not end one value early and begin another', () => {
  assert.throws(() => withExtra({ A: 'x\0B=y' }), refused('usage', /^A: a setting can't hold a NUL/));
});

test('whoever gives an undeclared setting is told how to give it all the same, but never a loader variable', () => {
  const ask = (name: string): unknown =>
    sandboxOf(entry, { ...noOverrides, env: { [name]: 'x' } }, fakePaths());
  assert.throws(() => ask('LOG_LEVEL'), { inputs: [{ name: 'extra-setting', value: 'LOG_LEVEL' }] });
  assert.throws(() => ask('NODE_OPTIONS'), { inputs: [] });
});
