import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentedSettings } from '../../src/evidence/documented-settings.ts';
import type { PackageFile } from '../../src/package/package.ts';
import { own } from './package.ts';

const names = (readme: string, ...files: readonly PackageFile[]): string[] =>
  documentedSettings(own({ readme, files }))
    .map(({ name }) => name)
    .sort();
const source = (text: string, path = 'index.js'): PackageFile => ({ path, text });

test('what a README explains and the source reads is a documented setting, with its description', () => {
  const readme = '| Name | Use |\n|---|---|\n| `THING_REGION` | Where its data lies |\n';
  const files = [source('const region = process.env.THING_REGION;')];
  assert.deepEqual(documentedSettings(own({ readme, files })), [
    { name: 'THING_REGION', description: 'Where its data lies' },
  ]);
});

test('a name that only the README has belongs to another program', () => {
  assert.deepEqual(names('| `THING_REGION` | Where its data lies |', source('process.env.THING_KEY')), []);
});

test('a name that only the source has is its author’s own, unless it is what many users ask for', () => {
  const code = source(
    'process.env.THING_CACHE_SHARDS; process.env.THING_SSL_VERIFY; process.env.THING_LOG_LEVEL; process.env.READ_ONLY_MODE',
  );
  assert.deepEqual(names('', code), ['READ_ONLY_MODE', 'THING_LOG_LEVEL', 'THING_SSL_VERIFY']);
});

test('how it is served over HTTP is no setting of a server on stdio', () => {
  const all = ['MCP_TRANSPORT', 'THING_MCP_PORT', 'ALLOWED_ORIGINS', 'MCP_AUTH_TOKEN', 'THING_STATELESS'];
  const rows = all.map((name) => `| \`${name}\` | What it does here |`);
  const described = '| `THING_IDLE_MS` | HTTP mode: how long a session may idle |';
  const code = source([...all, 'THING_IDLE_MS'].map((name) => `process.env.${name};`).join('\n'));
  assert.deepEqual(names([...rows, described].join('\n'), code), []);
});

test('a table of error codes is no table of settings', () => {
  const readme = '| `SSH_TIMEOUT` | the bastion does not answer |\n| `PG_HOST` | Host of the database |';
  const code = source("process.env.PG_HOST; process.env.PG_PORT; throw fail('SSH_TIMEOUT')");
  assert.deepEqual(names(readme, code), ['PG_HOST']);
});

test('who reads some names of a family by a helper of its own reads the others, too', () => {
  const readme = '| `AF_READ_ONLY` | Leaves out what changes something |';
  const code = source(
    'NAME = "AF_READ_ONLY"\nos.environ["AF_URL"]; os.environ["AF_USER"]\nflag(NAME)',
    'thing/server.py',
  );
  assert.deepEqual(names(readme, code), ['AF_READ_ONLY']);
});

test('viper reads a key under its prefix, whatever the code calls it', () => {
  const readme = '- `GITHUB_HOST` - Address of the own server\n- `GITHUB_TOOLS` - Tools by name\n';
  const code = source(
    'viper.SetEnvPrefix("github")\nviper.AutomaticEnv()\nviper.GetString("host")\nviper.UnmarshalKey("tools", &tools)\n',
    'cmd/main.go',
  );
  assert.deepEqual(names(readme, code), ['GITHUB_HOST', 'GITHUB_TOOLS']);
});
