import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { readSettings, settingsFile, type Settings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { refused } from '../sandbox/fixtures.ts';

type Env = Readonly<Record<string, string>>;
const host = linuxHost(thisMachine());
const read = (env: Env): Settings | undefined => readSettings({ env, host });
const place = (env: Env): string => settingsFile({ env, host });

/** A configuration folder, and the place of the settings file in it. */
function configuration(t: TestContext): { readonly env: { XDG_CONFIG_HOME: string }; readonly file: string } {
  const base = temporaryFolder(t);
  mkdirSync(path.join(base, 'mcpcat'));
  return { env: { XDG_CONFIG_HOME: base }, file: path.join(base, 'mcpcat/settings.json') };
}

test('the file is where the environment says, else in the home folder, also without HOME', () => {
  assert.equal(place({ XDG_CONFIG_HOME: '/etc/x', HOME: '/home/ada' }), '/etc/x/mcpcat/settings.json');
  assert.equal(place({ HOME: '/home/ada' }), '/home/ada/.config/mcpcat/settings.json');
  // basedir-spec: a relative path is no path.
  assert.equal(place({ XDG_CONFIG_HOME: 'x', HOME: '/home/ada' }), '/home/ada/.config/mcpcat/settings.json');
  assert.equal(place({}), path.join(os.userInfo().homedir, '.config/mcpcat/settings.json'));
});

test('no file, no settings', (t) => {
  const { env } = configuration(t);
  assert.equal(read(env), undefined);
  assert.equal(read({ XDG_CONFIG_HOME: '/nowhere/at/all' }), undefined);
});

test('a byte order mark at the beginning is no fault', (t) => {
  const { env, file } = configuration(t);
  writeFileSync(file, '\uFEFF{"servers": {"a": {}}}');
  assert.deepEqual([...(read(env)?.servers.keys() ?? [])], ['a']);
});

test('an empty file is told apart from none', (t) => {
  const { env, file } = configuration(t);
  writeFileSync(file, '');
  assert.throws(() => read(env), refused('usage', /settings\.json:1:1: expected a value, found the end/));
});

test('what can not be read is an error, not a file without restrictions', (t) => {
  const { env, file } = configuration(t);
  mkdirSync(file);
  assert.throws(
    () => read(env),
    refused('io-failed', /settings\.json: expected a file, found something else/),
  );
});

test('a pipe in its place does not make the launcher wait', (t) => {
  const { env, file } = configuration(t);
  execFileSync('mkfifo', [file]);
  assert.throws(() => read(env), refused('io-failed', /expected a file/));
});

test('a huge file is refused before it is read', (t) => {
  const { env, file } = configuration(t);
  writeFileSync(file, ' '.repeat(300_000));
  assert.throws(() => read(env), refused('usage', /expected up to 262144 bytes, found 300000/));
});

test('a name that means something to JavaScript is a name', (t) => {
  const { env, file } = configuration(t);
  writeFileSync(file, '{"servers": {"__proto__": {"memory": "1g"}, "constructor": {}}}');
  assert.deepEqual([...(read(env)?.servers.keys() ?? [])], ['__proto__', 'constructor']);
});
