import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { differenceText, rememberStart, type Places, type Taken } from '../../src/cli/execute/last-start.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const host = linuxHost(thisMachine());
const taken: Taken = {
  settings: ['/home/ada/x/settings.json'],
  catalog: '/opt/catalog',
  engine: 'unix:///run/docker.sock',
};
const record = '.local/share/mcpcat/last-start/notes.json';

test('a start that takes the same as the last one says nothing, nor does the first', (t) => {
  const places: Places = { env: { HOME: temporaryFolder(t) }, host };
  assert.equal(differenceText('notes', taken, places), undefined);
  rememberStart('notes', taken, places);
  assert.equal(differenceText('notes', taken, places), undefined);
  assert.equal(differenceText('other', { ...taken, catalog: '/x' }, places), undefined);
});

test('what a client’s environment has changed is said in one line, with what it was before', (t) => {
  const HOME = temporaryFolder(t);
  rememberStart('notes', taken, { env: { HOME, XDG_DATA_HOME: '/elsewhere' }, host });
  const places: Places = { env: { HOME }, host };
  const now = { settings: [], catalog: '/opt/catalog', engine: 'tcp://10.0.0.1:2375' };
  assert.equal(
    differenceText('notes', now, places),
    'notes was started with other sources than last time: settings of no file (last time /home/ada/x/settings.json); ' +
      'engine tcp://10.0.0.1:2375 (last time unix:///run/docker.sock)',
  );
  rememberStart('notes', now, places);
  assert.equal(differenceText('notes', now, places), undefined);
  assert.deepEqual(
    readdirSync(path.dirname(path.join(HOME, record))),
    ['notes.json'],
    'and nothing beside it',
  );
});

test('a record that is broken, or a home that can not be written, is never an error', (t) => {
  const HOME = temporaryFolder(t, { [record]: '{"settings": 1' });
  const places: Places = { env: { HOME }, host };
  for (const text of ['{"settings": 1', 'null', '[]', '{"settings": [1], "catalog": 2, "engine": ""}', '']) {
    writeFileSync(path.join(HOME, record), text);
    assert.equal(differenceText('notes', taken, places), undefined, text);
  }
  rememberStart('notes', taken, places);
  assert.deepEqual(JSON.parse(readFileSync(path.join(HOME, record), 'utf8')), taken);
  const file = path.join(temporaryFolder(t, { file: '' }), 'file');
  chmodSync(path.dirname(file), 0o500);
  for (const home of [file, path.join(file, 'x'), path.join(path.dirname(file), 'new')])
    rememberStart('notes', taken, { env: { HOME: home }, host });
  chmodSync(path.dirname(file), 0o700);
});
