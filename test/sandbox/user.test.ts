import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  permissions: {
    mounts: [
      { name: 'data', target: '/data', mode: 'rw', description: 'Data' },
      { name: 'more', target: '/more', mode: 'rw', description: 'More data' },
    ],
  },
});

interface Folder {
  readonly mode?: 'ro' | 'rw';
  readonly owner: string;
  readonly bits?: number;
}

/** Whom the server works as with these folders handed over, in this order. */
function userFor(data: Folder, more?: Folder): string {
  const folders = { data, ...(more === undefined ? {} : { more }) };
  const mounts = Object.entries(folders).map(([name, { mode = 'rw' }]) => ({
    name,
    hostPath: `/srv/${name}`,
    mode,
  }));
  const facts = Object.entries(folders).map(
    ([name, { owner, bits }]) => [`/srv/${name}`, { owner, mode: bits ?? 0o755 }] as const,
  );
  return sandboxOf(entry, { ...noOverrides, mounts }, fakePaths(Object.fromEntries(facts))).user;
}

test('in a folder handed over for writing the server works as its owner', () => {
  assert.equal(userFor({ owner: '1000:1000' }), '1000:1000');
  assert.equal(userFor({ owner: '1000:1000', bits: 0o700 }), '1000:1000');
});

test('a folder handed over for reading does not change the user, unless only its owner may read it', () => {
  assert.equal(userFor({ mode: 'ro', owner: '1000:1000' }), '65532:65532');
  assert.equal(userFor({ mode: 'ro', owner: '1000:1000', bits: 0o700 }), '1000:1000');
});

test('a folder for writing decides before one for reading, whatever their order', () => {
  assert.equal(userFor({ mode: 'ro', owner: '1001:1001' }, { owner: '1000:1000' }), '1000:1000');
});

test('a folder of root is refused for writing, and says why and what to do', () => {
  const ask = (): unknown => userFor({ owner: '0:0' });
  assert.throws(
    ask,
    refused(
      'entry-refused',
      /^mount data: notes works as 65532:65532, which can't write in \/srv\/data \(of root, mode 755\)$/,
    ),
  );
  assert.throws(ask, { hint: /never works as root: .* chown 65532 \/srv\/data/ });
});

test('a folder of root that others may read is fine for reading, a closed one is refused', () => {
  assert.equal(userFor({ mode: 'ro', owner: '0:0' }), '65532:65532');
  assert.throws(
    () => userFor({ mode: 'ro', owner: '0:0', bits: 0o700 }),
    refused('entry-refused', /can't read \/srv\/data \(of root, mode 700\)/),
  );
});

test('never as root, nor with the group root', () => {
  assert.equal(userFor({ owner: '0:0', bits: 0o777 }), '65532:65532');
  assert.equal(userFor({ owner: '1000:0' }), '1000:65532');
});

test('folders of two owners can not both be written: the second is named', () => {
  assert.throws(
    () => userFor({ owner: '1000:1000' }, { owner: '1001:1001' }),
    refused('entry-refused', /^mount more: notes works as 1000:1000, as mount data needs, which can't write/),
  );
  assert.equal(userFor({ owner: '1000:1000' }, { owner: '1001:1001', bits: 0o777 }), '1000:1000');
});

test('a folder that its owner may not write is refused', () => {
  assert.throws(
    () => userFor({ owner: '1000:1000', bits: 0o555 }),
    refused('entry-refused', /uid 1000, mode 555/),
  );
});

test('an access control list may stand behind the group bits, so they are not refused', () => {
  assert.equal(userFor({ owner: '0:0', bits: 0o775 }), '65532:65532');
});
