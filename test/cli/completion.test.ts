import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { compiled } from '../rig/compiled.ts';
import { transcript } from './transcript.ts';

const project = path.resolve(import.meta.dirname, '../..');

async function scriptFor(shell: string): Promise<string> {
  const text = await transcript(`$ mcpcat completion ${shell}`);
  return text.split('\n').slice(1, -2).join('\n');
}

/** What bash offers when Tab is pressed after the words; the last one is what is being typed. */
async function offers(
  t: TestContext,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const script = await scriptFor('bash');
  const folder = temporaryFolder(t, {
    'completion.bash': script,
    'ask.bash': `source "$1/completion.bash"
mcpcat() { "${process.execPath}" "${project}/bin/mcpcat.js" "$@"; }
COMP_WORDS=("\${@:2}"); COMP_CWORD=$(($# - 2))
_mcpcat mcpcat
printf '%s\\n' "\${COMPREPLY[@]}"`,
  });
  const args = ['--norc', path.join(folder, 'ask.bash'), folder, 'mcpcat', ...words];
  const text = execFileSync('bash', args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...compiled, ...env },
  });
  return text.split('\n').filter((line) => line !== '');
}

test('bash offers the servers whose name begins so', async (t) => {
  assert.deepEqual(await offers(t, ['run', 'ev']), ['everything']);
});

test('bash offers names of servers, and no names of their mounts', async (t) => {
  const MCPCAT_CATALOG = path.join(import.meta.dirname, 'catalog');
  assert.deepEqual(await offers(t, ['info', 'f'], { MCPCAT_CATALOG }), ['files']);
  assert.deepEqual(await offers(t, ['build', 'fo'], { MCPCAT_CATALOG }), []);
});

test('bash offers commands first, their options after a dash and the words of their own', async (t) => {
  assert.deepEqual(
    await offers(t, ['']),
    commands.map(({ name }) => name),
  );
  assert.deepEqual(await offers(t, ['pru']), ['prune']);
  assert.deepEqual(await offers(t, ['list', '--']), ['--catalog', '--json', '--help']);
  assert.deepEqual(await offers(t, ['completion', 'z']), ['zsh']);
});

test('a broken catalog offers nothing and prints nothing', async (t) => {
  assert.deepEqual(await offers(t, ['run', 'e'], { MCPCAT_CATALOG: '/nowhere' }), []);
});

test('every shell gets every command and every option', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = await scriptFor(shell);
    for (const { name, options } of commands) {
      assert.match(script, new RegExp(`\\b${name}\\b`), `${shell}: ${name}`);
      for (const option of Object.keys(options))
        assert.ok(script.includes(shell === 'fish' ? `-l ${option} ` : `--${option}`), `${shell}: ${option}`);
    }
  }
});

test('quotes of the fish script are closed on every line', async () => {
  for (const line of (await scriptFor('fish')).split('\n')) {
    const bare = line.replaceAll(/'(\\'|[^'])*'/g, '');
    assert.ok(!bare.includes("'"), line);
  }
});

for (const shell of ['bash', 'zsh', 'fish']) {
  const installed = (process.env['PATH'] ?? '')
    .split(':')
    .some((folder) => existsSync(path.join(folder, shell)));
  // Bash is on every machine that runs the tests; the others are read where they are.
  if (!installed && shell !== 'bash') continue;
  test(`${shell} itself can read its script`, async (t) => {
    const folder = temporaryFolder(t, { script: await scriptFor(shell) });
    const { status, stderr } = spawnSync(shell, ['-n', path.join(folder, 'script')], { encoding: 'utf8' });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
}
