import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { LockedDeb } from '../../src/debian/locked-deb.ts';
import { newestByName } from '../../src/debian/newest-by-name.ts';
import { Store } from '../../src/fetch/store.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { debianArchive } from '../rig/debian-archive.ts';
import { mirrorFiles, signingKey, trusting } from '../rig/signed-archive.ts';

const hash = 'd'.repeat(64);
/**
 * `Packages.xz`, packed with xz 5.4: netbase 6.5 and libc6 2.41-12+deb13u5 in trixie, libc6 2.41-12+deb13u10 in
 * trixie-security, nothing in trixie-updates.
 */
const indexes: Readonly<Record<string, string>> = {
  trixie:
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AIrAKpdACgYSGbb2jCF/hbq60njlxkoO3/fWBqDsixieZOY4wrGArY4Njpzelp3WzzOF+/o6oULeyra6SR9sSMVM+7tnaVsfJlMdzOsqvYcuP1hrMtZtt9nMsf6DuIX8o9heLZjGuWyXuRwEfc2PHM8Y1QxEFKtK69bNVnqmdBiSblCoyD3engPe89YHu9gW4xyhMsUsrcpuzgW6kDzY+jYbHki7sUjOM/yTuDPtj1qAAAAuTG5z20zA3MAAcYBrAQAAKUOMDmxxGf7AgAAAAAEWVo=',
  'trixie-updates': '/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=',
  'trixie-security':
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADVAH9dACgYSGbb2jCF/hbpFIk3vS6WxuPbZPqkFBXU1/U97AQGXAzMDVMpYwpiPXN4QiLjddB2+FK9enACmxUiNDA5pZLUIrG35XtGypiCQJ5lzClpTpKWHe/8tuQTledAgpbRTl7S0n90m8tRPW7oOxiEf8gDgWFhddKd/L3yOnIgAAAAAI7oxuYvaGVgAAGbAdYBAACfl2mLscRn+wIAAAAABFla',
};

function deb(name: string, architecture: string): LockedDeb {
  const pool = `debian/pool/main/x/${name}.deb`;
  return { name, version: '0', architecture, pool, snapshot: '20250101T000000Z', sha256: hash, bytes: 1 };
}

async function newest(t: TestContext, locked: readonly LockedDeb[]): Promise<LockedDeb[]> {
  const key = await signingKey();
  const folder = temporaryFolder(t, trusting(key));
  const date = new Date('2026-11-21T09:15:44Z');
  const files = mirrorFiles(key, (suite) => ({ date, index: Buffer.from(indexes[suite] ?? '', 'base64') }));
  const { mirror } = await debianArchive(t, await files);
  return newestByName(locked, { mirror, templates: folder, store: new Store(folder) });
}

test('without apt the newest version of each name is taken, from whichever suite has it', async (t) => {
  const found = await newest(t, [deb('libc6', 'amd64'), deb('netbase', 'all')]);
  assert.deepEqual(
    found.map(({ name, version, pool, snapshot }) => [name, version, pool, snapshot]),
    [
      [
        'libc6',
        '2.41-12+deb13u10',
        'debian-security/pool/updates/main/g/glibc/libc6_2.41-12+deb13u10_amd64.deb',
        '20261121T091544Z',
      ],
      ['netbase', '6.5', 'debian/pool/main/n/netbase/netbase_6.5_all.deb', '20261121T091544Z'],
    ],
  );
});

test('a name that the mirror has no longer is said', async (t) => {
  await assert.rejects(newest(t, [deb('libc6', 'amd64'), deb('libgone1', 'amd64')]), {
    name: 'McpcatError',
    code: 'package-gone',
    message: /libgone1:amd64/,
  });
});
