import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { profileFolders } from '../../src/profile/profile-folders.ts';
import { listProfiles, readProfile } from '../../src/profile/read-profile.ts';
import { schemaText } from '../../src/profile/profile-file.ts';
import type { Places } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { refused } from '../sandbox/fixtures.ts';

const host = linuxHost(thisMachine());

/** A home with these profiles. */
function homeWith(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Places & { readonly folder: string } {
  const home = temporaryFolder(t);
  const folder = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return { env: { HOME: home }, host, folder };
}

test('profiles lie beside the settings file, wherever that may be', () => {
  assert.deepEqual(profileFolders({ env: { HOME: '/home/ada', XDG_CONFIG_HOME: '/etc/x' }, host }), [
    '/etc/x/mcpcat/profiles',
    '/home/ada/.config/mcpcat/profiles',
  ]);
});

test('a profile is the file of its name; other files there are none', (t) => {
  const places = homeWith(t, {
    'work.yaml': 'servers: { time: {} }\n',
    'home.yaml': '',
    'work.approved.yaml': '',
    'Upper.yaml': '',
    'notes.txt': '',
  });
  assert.deepEqual(
    listProfiles(places).map(({ name }) => name),
    ['home', 'work'],
  );
  assert.deepEqual([...readProfile('work', places).servers.keys()], ['time']);
});

test('no such profile: the one that was probably meant is named', (t) => {
  const places = homeWith(t, { 'work.yaml': '' });
  assert.throws(() => readProfile('wrok', places), refused('usage', /no profile "wrok" in .*profiles/));
  assert.throws(() => readProfile('../work', places), refused('usage', /no profile/));
  assert.throws(() => readProfile('a', { env: { HOME: '/nowhere' }, host }), refused('usage', /no profile/));
});

test('two folders with a profile of one name are refused: which counts would depend on the client', (t) => {
  const places = homeWith(t, { 'work.yaml': 'servers: {}\n' });
  const other = temporaryFolder(t);
  mkdirSync(path.join(other, 'mcpcat/profiles'), { recursive: true });
  writeFileSync(path.join(other, 'mcpcat/profiles/work.yaml'), 'servers: {}\n');
  const env = { ...places.env, XDG_CONFIG_HOME: other };
  assert.throws(
    () => readProfile('work', { env, host }),
    refused('usage', /expected one profile "work", found .* and /),
  );
});

test('a file as a whole that is wrong is refused with file, line and column', (t) => {
  const places = homeWith(t, { 'work.yaml': 'servers: {}\nreadonly: true\n' });
  assert.throws(
    () => readProfile('work', places),
    refused('usage', /work\.yaml:2:1: readonly: this key is not known/),
  );
});

test('what is no file, and what is far too large, is refused', (t) => {
  const places = homeWith(t, { 'big.yaml': `#${'x'.repeat(300_000)}\n` });
  mkdirSync(path.join(places.folder, 'folder.yaml'));
  symlinkSync('/nowhere', path.join(places.folder, 'link.yaml'));
  assert.throws(() => readProfile('big', places), refused('usage', /expected up to 262144 bytes/));
  assert.throws(() => readProfile('folder', places), refused('io-failed', /expected a file/));
  assert.throws(() => readProfile('link', places), refused('io-failed', /is gone/));
});

test('the committed schema is what the code says (scripts/generate-schema.ts writes it)', () => {
  assert.equal(
    readFileSync(path.join(import.meta.dirname, '../../profile.schema.json'), 'utf8'),
    schemaText(),
  );
});
