import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helperFiles } from '../../src/image-build/context.ts';
import { generate } from '../../src/generate/generate.ts';
import type { GenerateInput } from '../../src/generate/generated.ts';
import { generated, inputOf } from './input.ts';

type Change = (input: GenerateInput) => GenerateInput;
const entry =
  (change: Partial<GenerateInput['entry']>): Change =>
  (input) => ({ ...input, entry: { ...input.entry, ...change } });
const lock =
  (change: Partial<GenerateInput['lock']>): Change =>
  (input) => ({ ...input, lock: { ...input.lock, ...change } });

/** Whatever ends up in the image, or decides how it is made. */
const counts: Readonly<Record<string, Change>> = {
  'another title': entry({ title: 'Other' }),
  'another argument': entry({ args: ['--other'] }),
  'another limit': entry({ limits: { memory: '1g', cpus: 1, pids: 128 } }),
  'another host': entry({
    permissions: { network: ['a.example.com'], mounts: [], state: [], writable: ['/tmp'] },
  }),
  'a script that runs': (input) =>
    lock({ scripts: ['x'] })(entry({ scripts: [{ package: 'x', reason: 'r' }] })(input)),
  'another version': lock({ version: '0.0.1' }),
  'another file of the program': lock({ bin: { 'mcp-server-everything': 'node_modules/x/other.js' } }),
  'one dependency less': (input) => lock({ artifacts: input.lock.artifacts.slice(1) })(input),
  'another content of a dependency': (input) =>
    lock({
      artifacts: input.lock.artifacts.map(
        (artifact) => ({ ...artifact, integrity: `sha512-${'B'.repeat(86)}==` }) as typeof artifact,
      ),
    })(input),
  "another lock of the ecosystem's own": (input) => ({ ...input, files: { 'package-lock.json': '{}' } }),
  'another build base under the same name': (input) => ({
    ...input,
    build: { ...input.build, fingerprint: 'new' },
  }),
  'another runtime base under the same name': (input) => ({
    ...input,
    runtime: { ...input.runtime, fingerprint: 'new' },
  }),
  'another platform': (input) => ({ ...input, platform: 'linux/arm64' }),
};

/** What the image does not hold. */
const ignored: Readonly<Record<string, Change>> = {
  'another call of the smoke test': entry({
    smoke: { env: {}, args: [], files: { 'data/x': 'y' }, call: { tool: 't', arguments: {} } },
  }),
  'another category': entry({ categories: ['other'] }),
  'an exception for a finding': entry({ exceptions: [{ finding: 'no-tools', reason: 'r' }] }),
  'an example of a setting': entry({
    env: { X: { description: 'd', required: false, secret: false, example: 'e' } },
  }),
  'a setting without value': entry({ env: { X: { description: 'd', required: false, secret: false } } }),
  'another date of publication': lock({ published: '2020-01-01T00:00:00Z' }),
  'a dependency of another platform': (input) =>
    lock({
      artifacts: [
        ...input.lock.artifacts,
        ...input.lock.artifacts
          .slice(0, 1)
          .map((artifact) => ({ ...artifact, platforms: ['linux/arm64' as const] })),
      ],
    })(input),
  'lock files that this runtime does not use': (input) => ({
    ...input,
    files: { 'go.mod': 'x', ...input.files },
  }),
};

for (const [what, change] of Object.entries(counts)) {
  test(`${what} changes the fingerprint`, async () => {
    const input = await inputOf('everything');
    assert.notEqual((await generated(change(input))).fingerprint, (await generated(input)).fingerprint);
  });
}

for (const [what, change] of Object.entries(ignored)) {
  test(`${what} leaves the fingerprint alone`, async () => {
    const input = await inputOf('everything');
    assert.equal((await generated(change(input))).fingerprint, (await generated(input)).fingerprint);
  });
}

test('another helper script changes the fingerprint, another order of them does not', async () => {
  const input = await inputOf('everything');
  const helpers = await helperFiles('templates', 'node');
  const [first] = Object.keys(helpers);
  const { fingerprint } = generate(input, helpers);
  assert.notEqual(generate(input, { ...helpers, [first ?? '']: '// changed' }).fingerprint, fingerprint);
  const turned = Object.fromEntries(Object.entries(helpers).reverse());
  assert.equal(generate(input, turned).fingerprint, fingerprint);
});
