import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Invocation } from '../../src/cli/command.ts';
import { sayUnverified, sayUnverifiedBundle } from '../../src/cli/execute/say-unverified.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const url = 'https://mcp.example.com/catalog.json';
const signers = [
  { identity: 'https://github.com/a/b/.github/workflows/c.yml@refs/heads/main', issuer: 'https://x' },
];

/** A user of that catalog whose settings file says this. */
function rig(t: TestContext, settings: object) {
  const home = temporaryFolder(t, { '.config/mcpcat/settings.json': JSON.stringify(settings) });
  const said: string[] = [];
  const invocation = {
    options: { text: () => undefined },
    terminal: {
      env: { HOME: home, MCPCAT_CATALOG: url },
      host: linuxHost(thisMachine()),
      stderr: { write: (text: string) => said.push(text) },
    },
  } as unknown as Invocation;
  return { invocation, said };
}

const refused = (error: unknown): boolean =>
  error instanceof McpcatError && error.code === 'signature-refused';

test('a pinned catalog refuses its servers unverified, and has nothing to do with a bundle', (t) => {
  const { invocation, said } = rig(t, { catalogs: { [url]: { signers } } });
  assert.throws(() => sayUnverified('echo', invocation), refused);
  assert.deepEqual(said, []);
  sayUnverifiedBundle('x.tar', invocation);
  assert.match(said.join(''), /^mcpcat: x\.tar IS UNVERIFIED: /);
});

test('pinned signers of bundles refuse a bundle unverified, and have nothing to do with a catalog', (t) => {
  const { invocation, said } = rig(t, { bundleSigners: signers });
  assert.throws(() => sayUnverifiedBundle('x.tar', invocation), refused);
  assert.deepEqual(said, []);
  assert.deepEqual(Object.values(sayUnverified('echo', invocation)), ['yes']);
  assert.match(said.join(''), /^mcpcat: echo IS UNVERIFIED: /);
});
