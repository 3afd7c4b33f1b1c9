import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantOf } from '../../src/consent/grant.ts';
import { refuseOtherImage, refuseOtherVolume } from '../../src/consent/same-server.ts';
import { label } from '../../src/lib/labels.ts';
import { refused } from '../sandbox/fixtures.ts';
import { startOf } from './rig.ts';

const mounts = [{ name: 'data', target: '/data', mode: 'ro', description: 'x' }];
const start = startOf({ source: 'npm:notes@^1', permissions: { network: ['api.example.com'], mounts } });
const wanted = { name: 'notes', grant: grantOf(start) };

/** As src/generate writes them. */
function labelsOf(source: string, change: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const permissions = {
    network: ['api.example.com'],
    mounts: [{ name: 'data', target: '/data', mode: 'ro' }],
    writable: ['/tmp'],
    limits: { memory: '512m', cpus: 1, pids: 128 },
    ...change,
  };
  return { [label.source]: source, [label.permissions]: JSON.stringify(permissions) };
}

test('an image of the same package with the same permissions, or fewer, is taken', () => {
  refuseOtherImage(wanted, labelsOf('npm:notes@^1'));
  refuseOtherImage(wanted, labelsOf('npm:notes@^2', { network: [], mounts: [] }));
});

const others: readonly (readonly [what: string, labels: Record<string, string>, message: RegExp])[] = [
  ['of another package', labelsOf('npm:notes-2'), /expected an image of npm:notes, found one of npm:notes-2/],
  ['that says nothing', {}, /found one that does not say what it is of/],
  [
    'whose permissions are none',
    { ...labelsOf('npm:notes'), [label.permissions]: '{' },
    /does not say what it is of/,
  ],
  ['whose permissions are of another form', labelsOf('npm:notes', { network: '*' }), /does not say/],
  [
    'that was made for more hosts',
    labelsOf('npm:notes', { network: ['*'] }),
    /made for an entry which permits more/,
  ],
  [
    'that was made for writing',
    labelsOf('npm:notes', { mounts: [{ ...mounts[0], mode: 'rw' }] }),
    /permits more/,
  ],
  ['that was made for more memory', labelsOf('npm:notes', { limits: { memory: '8g' } }), /permits more/],
];
for (const [what, labels, message] of others)
  test(`an image ${what} is refused with what to do`, () => {
    assert.throws(() => refuseOtherImage(wanted, labels), refused('image-unverified', message));
    assert.throws(() => refuseOtherImage(wanted, labels), { hint: /mcpcat build notes/ });
  });

const owner = { catalog: '/srv/catalog', package: 'npm:notes' };
const volume = (catalog: string, source: string) => ({
  name: 'mcpcat-notes-memory',
  labels: { [label.catalog]: catalog, [label.source]: source },
});

test('what a server keeps is its own again, and no other catalog’s or package’s', () => {
  refuseOtherVolume(owner, volume('/srv/catalog', 'npm:notes'));
  for (const other of [volume('/srv/other', 'npm:notes'), volume('/srv/catalog', 'npm:notes-2')]) {
    assert.throws(
      () => refuseOtherVolume(owner, other),
      refused('volume-foreign', /mcpcat-notes-memory is kept by npm:notes/),
    );
    assert.throws(() => refuseOtherVolume(owner, other), { hint: /mcpcat volumes rm mcpcat-notes-memory/ });
  }
});

test('a volume from before there was a word for that belongs to the catalog that mcpcat came with', () => {
  const old = { name: 'mcpcat-notes-memory', labels: { [label.server]: 'notes' } };
  refuseOtherVolume({ ...owner, catalog: 'mcpcat' }, old);
  assert.throws(() => refuseOtherVolume(owner, old), refused('volume-foreign', /of the catalog mcpcat/));
});
