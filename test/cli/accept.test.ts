import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryText } from '../catalog/entry-text.ts';
import { printed } from './printed.ts';

/** A home and a catalog with one server; `write` makes another entry of it, as a `git pull` would. */
function machine(t: TestContext) {
  const HOME = temporaryFolder(t);
  const catalog = path.join(HOME, 'catalog');
  mkdirSync(path.join(catalog, 'fixture'), { recursive: true });
  const write = (more: string): void =>
    writeFileSync(path.join(catalog, 'fixture', 'server.yaml'), entryText('fixture', { more }));
  write('');
  const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    printed([...words, '--catalog', catalog], { env: { HOME, ...env } });
  return { HOME, write, run };
}

const wide = "permissions: { network: ['*'] }\nenv: { GITHUB_TOKEN: { description: A key } }\n";
/** The engine is nowhere: who comes so far is let through. */
const letThrough = /no engine answers/;

test('an entry that permits more than its user has agreed to does not start before mcpcat accept', async (t) => {
  const { write, run } = machine(t);
  await run(['accept', 'fixture']);
  assert.match((await run(['run', 'fixture'])).stderr, letThrough);
  write(wide);
  const refused = await run(['run', 'fixture'], { GITHUB_TOKEN: 'secret' });
  assert.equal(refused.exitCode, 2);
  assert.match(
    refused.stderr,
    /^mcpcat: fixture may now do more than you agreed to on .*:\n {2}network: \*\n {2}setting GITHUB_TOKEN, which your environment has\nhint: .*mcpcat accept fixture\n$/,
  );
  assert.match(
    (await run(['info', 'fixture'])).stdout,
    /New since you agreed on .* \(mcpcat accept fixture\):\n {4}\+ network: \*\n/,
  );
  const accepted = await run(['accept', 'fixture']);
  assert.match(
    accepted.stdout,
    /^fixture: accepted; new is\n {2}\+ network: \*\n {2}\+ setting GITHUB_TOKEN/,
  );
  assert.match((await run(['run', 'fixture'], { GITHUB_TOKEN: 'secret' })).stderr, letThrough);
  assert.match((await run(['accept', 'fixture'])).stdout, /nothing to accept/);
});

test('less than what was agreed to passes without a word', async (t) => {
  const { write, run } = machine(t);
  write(wide);
  await run(['accept', 'fixture']);
  write('');
  const { stderr } = await run(['run', 'fixture']);
  assert.match(stderr, letThrough);
  assert.doesNotMatch(stderr, /agreed|first start/);
});

test('accept --json tells machines the same', async (t) => {
  const { write, run } = machine(t);
  const first: unknown = JSON.parse((await run(['accept', 'fixture', '--json'])).stdout);
  assert.equal(Reflect.get(Object(first), 'state'), 'recorded');
  write(wide);
  const second: unknown = JSON.parse((await run(['accept', 'fixture', '--json'])).stdout);
  assert.equal(Reflect.get(Object(second), 'state'), 'accepted');
  assert.deepEqual(Reflect.get(Object(second), 'new'), [
    'network: *',
    'setting GITHUB_TOKEN, which your environment has',
  ]);
});

test('without an engine nothing starts and nothing is recorded', async (t) => {
  const { run } = machine(t);
  assert.match((await run(['run', 'fixture'])).stderr, letThrough);
  assert.match((await run(['info', 'fixture'])).stdout, /Not agreed to yet/);
});
