import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { darwinHost } from '../../src/host/darwin.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { windowsHost } from '../../src/host/windows.ts';
import { readSettings, settingsFiles, type Settings } from '../../src/settings/read.ts';
import { machineOf } from '../host/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { refused } from '../sandbox/fixtures.ts';

type Env = Readonly<Record<string, string>>;
const host = linuxHost(thisMachine());
/** Nobody's home, so that the files of whoever runs the test do not count. */
const read = (env: Env): Settings | undefined => readSettings({ env: { HOME: '/nowhere', ...env }, host })[0];
const place = (env: Env): string => settingsFiles({ env, host })[0] ?? '';

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

test('a client that withholds XDG_CONFIG_HOME does not take the restrictions of ~/.config away, nor does one that sets it', (t) => {
  const home = temporaryFolder(t, { '.config/mcpcat/settings.json': '{"servers": {"a": {}}}' });
  const { env, file } = configuration(t);
  writeFileSync(file, '{"servers": {"b": {}}}');
  const files = (more: Env): string[] =>
    readSettings({ env: { HOME: home, ...more }, host }).map((one) => one.file);
  const standard = path.join(home, '.config/mcpcat/settings.json');
  assert.deepEqual(files({}), [standard]);
  assert.deepEqual(files(env), [file, standard]);
  assert.deepEqual(
    files({ XDG_CONFIG_HOME: path.join(home, '.config') }),
    [standard],
    'one file is read once',
  );
  writeFileSync(standard, '{');
  assert.throws(
    () => files(env),
    refused('usage', /settings\.json:1:2/),
    'a broken one still forbids something',
  );
});

test('on a Mac and on Windows ~/.config holds beside the system’s own place', () => {
  const mac = darwinHost(machineOf({ platform: 'darwin', accountHome: () => '/Users/ada' }));
  assert.deepEqual(settingsFiles({ env: {}, host: mac }), [
    '/Users/ada/Library/Application Support/mcpcat/settings.json',
    '/Users/ada/.config/mcpcat/settings.json',
  ]);
  const windows = windowsHost(machineOf({ platform: 'win32', accountHome: () => 'C:\\Users\\Ada' }));
  assert.deepEqual(settingsFiles({ env: { APPDATA: 'D:\\Roaming' }, host: windows }), [
    'D:\\Roaming\\mcpcat\\settings.json',
    'C:\\Users\\Ada\\AppData\\Roaming\\mcpcat\\settings.json',
    'C:\\Users\\Ada\\.config\\mcpcat\\settings.json',
  ]);
});
