import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleValue, isPathText, isPlaceholder, isSecretName } from '../../src/evidence/example-value.ts';

test('secrets are known by their names', () => {
  for (const name of [
    'BRAVE_API_KEY',
    'GITHUB_TOKEN',
    'DB_PASSWORD',
    'DATABASE_URL',
    'SLACK_MCP_XOXP_TOKEN',
    'APIKEY',
  ])
    assert.ok(isSecretName(name), name);
  for (const name of [
    'MAX_TOKENS',
    'TOKEN_LIMIT',
    'AUTH_TYPE',
    'KEY_FILE',
    'JIRA_URL',
    'PUBLIC_KEY',
    'ENABLE_AUTH',
  ])
    assert.ok(!isSecretName(name), name);
});

for (const [name, placeholder, value] of [
  ['OPENAI_API_KEY', 'sk-your-key', 'sk-example0123456789abcdef012345678'],
  ['SLACK_BOT_TOKEN', 'xoxb-your-bot-token', 'xoxb-example0123456789abcdef012345678'],
  ['API_KEY', 'your_api_key_here', 'example0123456789abcdef012345678'],
  ['JIRA_BASE_URL', 'https://your-domain.atlassian.net', 'https://jira.example.com'],
  ['OLLAMA_HOST', 'http://localhost:11434', 'http://ollama.example.com:11434'],
  ['DATABASE_URL', 'mysql://root:pw@localhost/db', 'mysql://user:example@db.example.com:3306/example'],
  ['DATABASE_URL', '', 'postgresql://user:example@db.example.com:5432/example'],
  ['SMTP_PORT', '', '8080'],
  ['AZURE_TENANT_ID', '', '00000000-0000-4000-8000-000000000000'],
  ['USER_EMAIL', '', 'someone@example.com'],
  ['READ_ONLY', 'true', 'true'],
  ['AWS_REGION', 'eu-west-1', 'eu-west-1'],
  ['LOG_LEVEL', 'info', 'info'],
  ['ORG_ID', '', '12345'],
] as const)
  test(`${name} (${placeholder}) is tried with ${value}`, () => {
    assert.equal(exampleValue(name, { placeholder }), value);
  });

test('paths and placeholders of documents are known', () => {
  for (const path of [
    '/path/to/dir',
    '/Users/you/Desktop',
    '~/notes',
    'C:\\Users\\x',
    './data',
    '${workspaceFolder}',
    '<path-to-vault>',
  ])
    assert.ok(isPathText(path), path);
  for (const other of ['stdio', '--flag', 'https://x.example.com/path/to', '//x'])
    assert.ok(!isPathText(other), other);
  for (const word of ['YOUR_KEY', '<key>', 'xxx', '${KEY}', '']) assert.ok(isPlaceholder(word), word);
  assert.ok(!isPlaceholder('info'));
});
