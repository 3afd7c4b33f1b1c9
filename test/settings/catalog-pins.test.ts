import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { bundlePins, catalogPins } from '../../src/settings/catalog-pins.ts';
import type { Places } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { keySigner } from '../rig/key-signer.ts';

const url = 'https://mcp.example.com/catalog.json';
const workflow = {
  identity: 'https://github.com/a/b/.github/workflows/c.yml@refs/heads/main',
  issuer: 'https://x',
};

function places(t: TestContext, settings: unknown): Places {
  const text = typeof settings === 'string' ? settings : JSON.stringify(settings);
  const home = temporaryFolder(t, { '.config/mcpcat/settings.json': text });
  return { env: { HOME: home }, host: linuxHost(thisMachine()) };
}

test('a settings file names who signs a catalog, by its address, and its least number', (t) => {
  const { signing } = keySigner();
  const catalogs = {
    'https://MCP.example.com:443/catalog.json': { signers: [workflow, signing], minNumber: 4 },
    'https://elsewhere.example/catalog.json': { signers: [workflow] },
  };
  const [pin, ...more] = catalogPins(places(t, { catalogs }), url);
  assert.deepEqual([pin?.signers, pin?.minNumber, more], [[workflow, signing], 4, []]);
  assert.match(pin?.place ?? '', /settings\.json:1:\d+$/);
  assert.deepEqual(catalogPins(places(t, { catalogs }), 'https://mcp.example.com/other.json'), []);
  assert.deepEqual(catalogPins(places(t, {}), url), []);
});

test('it names who signs bundles', (t) => {
  assert.deepEqual(bundlePins(places(t, { bundleSigners: [workflow] }))[0]?.signers, [workflow]);
  assert.deepEqual(bundlePins(places(t, {})), []);
});

test('what is none is refused at its place, also where it is about another address', (t) => {
  const broken = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';
  for (const [value, says] of [
    [[], /:1:13: catalogs: expected an object, found a list/],
    [
      { 'https://a/x': {} },
      /:1:28: catalogs\."https:\/\/a\/x"\.signers: expected a list of signers, found an object/,
    ],
    [{ 'https://a/x': { signers: [] } }, /signers: expected a list of signers/],
    [{ 'https://a/x': { signers: ['.*'] } }, /:1:\d+: .*expected \{ "identity", "issuer" \} or/],
    [{ 'https://a/x': { signers: [{ identity: 'a b', issuer: 'c' }] } }, /expected \{ "identity"/],
    [{ 'https://a/x': { signers: [{ publicKey: broken }] } }, /expected \{ "identity"/],
    [
      { 'https://a/x': { signers: [workflow], minNumber: 1.5 } },
      /minNumber: expected a whole number above 0/,
    ],
    [{ 'https://a/x': { signer: workflow } }, /expected signers, minNumber, found the key "signer"/],
  ] as const)
    assert.throws(() => catalogPins(places(t, { catalogs: value }), url), { code: 'usage', message: says });
  assert.throws(() => bundlePins(places(t, { bundleSigners: workflow })), {
    code: 'usage',
    message: /:1:18: bundleSigners: expected a list of signers, found an object/,
  });
});
