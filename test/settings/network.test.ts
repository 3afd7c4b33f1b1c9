import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { networkOf } from '../../src/settings/network.ts';
import { readSettings } from '../../src/settings/read.ts';

const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-network-'));
after(() => rmSync(home, { recursive: true }));

function settings(text: string): ReturnType<typeof readSettings> {
  const folder = path.join(home, '.config', 'mcpcat');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), text);
  return readSettings({ env: { HOME: home, USERPROFILE: home }, host: thisHost() });
}

test('proxy, exceptions and authority stand in the settings file once', () => {
  const text = JSON.stringify({
    proxy: 'http://u:p@proxy.example.com:3128',
    noProxy: ['intranet.example.com', '10.0.0.0/8'],
    ca: '/etc/ssl/company.pem',
  });
  assert.deepEqual(networkOf(settings(text), { HTTPS_PROXY: 'http://other:1', NO_PROXY: 'x' }), {
    proxy: 'http://u:p@proxy.example.com:3128',
    noProxy: ['intranet.example.com', '10.0.0.0/8'],
    ca: '/etc/ssl/company.pem',
  });
});

test('what the file leaves open comes from the environment', () => {
  const file = settings('{"ca": "/etc/ssl/company.pem"}');
  assert.deepEqual(networkOf(file, { HTTPS_PROXY: 'http://other:1', NO_PROXY: 'x' }), {
    proxy: 'http://other:1',
    noProxy: ['x'],
    ca: '/etc/ssl/company.pem',
  });
  assert.equal(networkOf(settings('{}'), {}), undefined);
  assert.equal(networkOf(settings('{}'), { NO_PROXY: 'x' }), undefined);
});

test('what is none is refused at its place, and a password is not repeated', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    '{"proxy": 1}': /:1:11: proxy: expected an address in quotes/,
    '{"proxy": "socks5://u:hunter2@p:1080"}': /:1:11: proxy: expected http:.*found the scheme socks5$/,
    '{\n "noProxy": "x"}': /:2:13: noProxy: expected a list of hosts/,
    '{"noProxy": ["x", 2]}': /:1:19: noProxy: expected a host in quotes, found/,
    '{"ca": true}': /:1:8: ca: expected a file in quotes/,
    '{"proxi": "x"}':
      /expected \$schema, servers, isolation, secretCommand, proxy, noProxy, ca, mirrors, acceptMissing, catalogs, bundleSigners, found the key "proxi"/,
  };
  for (const [text, message] of Object.entries(cases))
    assert.throws(
      () => settings(text),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage', text);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
});
