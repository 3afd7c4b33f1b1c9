import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlaceholder } from '../../src/adopt/placeholder.ts';

const key = { name: 'BRAVE_API_KEY', isSecret: true };
const plain = { name: 'N8N_API_URL', isSecret: false };

/** As public configuration files have them (read 2026-11-28). */
const placeholders = [
  'YOUR_BRAVE_API_KEY',
  'your-api-key',
  'your_reddit_secret',
  'YOUR_NEW_TOKEN_HERE',
  '<YOUR_GITHUB_TOKEN>',
  '<your_api_key_here>',
  '<insert-your-api-key-here>',
  '<your service account token>',
  'tvly-<key>',
  'tvly-YOUR_API_KEY',
  'xoxb-your-bot-token',
  'sk-...',
  'sk_test_...',
  'pplx-…',
  'ntn_****',
  'xxx',
  'ghp_xxxxxxxxxxxx',
  'sk-xxx',
  '{secret}',
  '{{ API_KEY }}',
  '%BRAVE_KEY%',
  '$BRAVE_API_KEY',
  '${input:brave}',
  '${{ inputs.KEY }}',
  '[REDACTED_API_KEY]',
  'CHANGEME',
  'change-me',
  'replace_me',
  'REMPLACEZ_PAR_VOTRE_TOKEN',
  'api_key',
  'BRAVE_API_KEY',
  'brave_api_key_here',
  'TODO',
  'my-secret-token',
  '발급받은_API_키',
  '在此填写密钥',
];

for (const value of placeholders)
  test(`"${value}" stands where a key belongs`, () => assert.ok(isPlaceholder({ ...key, value })));

for (const value of [
  'BSAqp3Xk0-Zt_9fW1vYl7Rm2Hc8Ne4',
  'sk-proj-4f9Ka0_bT-x2Lq8Vn7RwZ',
  'ghp_9dK2mQ7xVbN4tR8yLz1cWp5sHj3fGa6eUo0i',
  'xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-x_y',
  'pat8sKd0fLq1.5c0ffee5c0ffee5c0ffee',
  '0123456789abcdef0123456789abcdef',
  '{"Authorization": "Bearer ntn_a8Fk2"}',
  'postgres://ada:schlüssel@db.example.com/notes',
  'correct horse battery staple',
])
  test(`"${value}" may be a key`, () => assert.ok(!isPlaceholder({ ...key, value })));

test('the example that the entry gives is none of its user’s', () => {
  assert.ok(isPlaceholder({ ...key, value: 'BSA0example', example: 'BSA0example' }));
  assert.ok(!isPlaceholder({ ...plain, name: 'TZ', value: 'UTC', example: 'UTC' }));
});

const plainTexts = ['insert', 'insert-many,delete', 'Keep your answers short and to the point'];

test('a password may be any word, in any script; of what is no secret only what says so itself counts', () => {
  for (const value of ['password', 'secret', 'пароль', 'api_key', '$ummer', '$Up3r'])
    for (const name of ['DB_PASSWORD', 'REDIS_PWD', 'db_pass'])
      assert.ok(!isPlaceholder({ name, isSecret: true, value }), value);
  for (const value of ['<password>', 'your-password', '${DB_PASSWORD}', 'changeme'])
    assert.ok(isPlaceholder({ name: 'DB_PASSWORD', isSecret: true, value }), value);
  for (const value of ['https://your-n8n-instance.com', 'your.name@example.com', '<team>', '$HOST'])
    assert.ok(isPlaceholder({ ...plain, value }), value);
  for (const value of [
    'true',
    'xxx',
    'https://n8n.example.com',
    'error',
    'service',
    '日本',
    'a...b',
    ...plainTexts,
  ])
    assert.ok(!isPlaceholder({ ...plain, value }), value);
});
