import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Overrides, Sandbox } from '../../src/sandbox/sandbox.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const policy = (more: Readonly<Record<string, unknown>> = {}, overrides: Partial<Overrides> = {}): Sandbox =>
  sandboxOf(
    entryOf({ transport: { http: { port: 3000, env: { PORT: '3000' } } }, ...more }),
    { ...noOverrides, ...overrides },
    fakePaths(),
  );
const start = { image: 'i', labels: {}, autoRemove: true };

test('a server on HTTP gets the relay and no network, also if nothing is permitted', () => {
  const settings = settingsOf(policy(), start);
  assert.equal(settings.network, 'none');
  assert.deepEqual(settings.nameResolution, { files: 'empty', resolvers: ['127.0.0.1'], hosts: [] });
  assert.equal(settings.env['PORT'], '3000');
  assert.deepEqual(policy().http, { port: 3000, path: '/mcp' });
});

test('nobody waits for a server on HTTP to read the end of its stdin', () => {
  assert.equal(settingsOf(policy(), { ...start, eofGrace: 9000 }).env['MCPCAT_EOF_GRACE_MS'], '100');
});

test("no user can set what is fixed, nor permit a host on the server's own port", () => {
  assert.throws(() => policy({}, { env: { PORT: '1' } }), refused('usage', /declares no setting PORT/));
  assert.throws(
    () => policy({}, { network: { allow: ['db.example.com:3000'] } }),
    refused('usage', /notes listens on port 3000 itself, so db\.example\.com:3000 can't be permitted/),
  );
  const url = { DB: { description: 'd' } };
  assert.throws(
    () => policy({ env: url, permissions: { network: ['{DB}'] } }, { env: { DB: 'db.example.com:3000' } }),
    refused('usage', /listens on port 3000 itself/),
  );
});
