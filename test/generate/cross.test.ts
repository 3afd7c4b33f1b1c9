import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerateInput } from '../../src/generate/generated.ts';
import { generated, inputOf } from './input.ts';

async function across(name: string): Promise<GenerateInput> {
  return { ...(await inputOf(name)), platform: 'linux/arm64', cross: true };
}

test('a Go server is compiled for the other machine', async () => {
  const { dockerfile } = await generated(await across('github'));
  assert.match(dockerfile, /^ENV .*CGO_ENABLED=0.* GOARCH=arm64$/m);
});

test('npm takes the packages of the image’s machine, and nothing of a Node server is run', async () => {
  const { dockerfile } = await generated(await across('memory'));
  assert.match(dockerfile, /"ci", "--offline".*"--os=linux", "--cpu=arm64", "--libc=glibc"\]/);
  assert.doesNotMatch(dockerfile, /compile-cache|NODE_COMPILE_CACHE/);
});

test('pip takes the wheels that the lock has for the image’s machine', async () => {
  const input = await across('time');
  const { dockerfile, artifacts } = await generated(input);
  assert.match(dockerfile, /"--only-binary=:all:".*"--python-version", "3\.13"/);
  assert.match(dockerfile, /"--platform", "manylinux[^"]*_aarch64"/);
  assert.doesNotMatch(dockerfile, /x86_64/);
  const names = artifacts.flatMap(({ artifact }) => (artifact.kind === 'pypi' ? artifact.file : []));
  assert.ok(names.some((file) => file.includes('aarch64')) && !names.some((file) => file.includes('x86_64')));
});

test('install scripts are refused: they would have to run there', async () => {
  const input = await across('memory');
  const entry = { ...input.entry, scripts: [{ package: 'native', reason: 'builds an addon' }] };
  await assert.rejects(generated({ ...input, entry }), {
    code: 'entry-refused',
    message: /linux\/arm64 itself/,
  });
});

test('what is built for its own machine does not know of all this', async () => {
  for (const name of ['github', 'memory', 'time']) {
    const input = await inputOf(name);
    assert.deepEqual(await generated({ ...input, cross: false }), await generated(input));
    assert.doesNotMatch((await generated(input)).dockerfile, /GOARCH|--cpu|--only-binary/);
  }
});
