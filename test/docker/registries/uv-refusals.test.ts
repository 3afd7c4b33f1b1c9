/** What only uv, which is fetched from PyPI, finds out. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before } from 'node:test';
import { Store } from '../../../src/fetch/store.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { cache, refusals } from '../../update/refusal.ts';

interface Tool {
  readonly files: Readonly<Record<string, { readonly url: string; readonly sha256: string }>>;
}

// From the real index, as this machine reaches it: the index of a test has only what the test is about.
before(
  async () => {
    const { files } = JSON.parse(readFileSync('templates/tools/uv.json', 'utf8')) as Tool;
    const { url = '', sha256 = '' } = files[thisHost().platform] ?? {};
    const hash = { algorithm: 'sha256', hex: sha256 } as const;
    await new Store(path.join(cache, 'mcpcat')).get({ url, hash, subject: 'uv' });
  },
  { timeout: 300_000 },
);

refusals([
  {
    title: 'a PyPI dependency that does not exist',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { gone: '>=1' } } },
    says: [/server==1\.0\.0: .*\n(.*\n)*.*gone/],
  },
  {
    title: 'an index that answers 500 for a dependency',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: '>=1' } }, other: { status: 500 } },
    says: [/pypi:server==1\.0\.0: the index could not be read/, /hint: nothing was changed/],
  },
  {
    title: 'a PyPI dependency without a wheel',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: '' } }, other: { files: ['other-1.0.0.tar.gz'] } },
    says: [/server==1\.0\.0: uv finds no set of wheels/, /other/, /build script/],
  },
  {
    title: 'a PyPI dependency from an address',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: ' @ http://127.0.0.1:1/other-1.0.0-py3-none-any.whl' } } },
    says: [/other/, /lock|release|wheels/],
  },
  {
    title: 'a yanked PyPI dependency that the server pins',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '==1.0.0' } },
      other: { withdrawn: { '1.0.0': 'broken wheel' } },
    },
    says: [/other==1\.0\.0 was yanked \(reason: broken wheel\)/],
  },
  {
    title: 'a yanked PyPI dependency whose mirror does not say so in its simple index',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '==1.0.0' } },
      other: { withdrawn: { '1.0.0': 'broken wheel' }, bareIndex: true },
    },
    says: [/pypi:other==1\.0\.0: expected a release that its author stands by, .*broken wheel/],
  },
  {
    title: 'a PyPI dependency younger than the cool-down',
    protocol: 'pypi',
    source: 'server',
    packages: {
      server: { dependencies: { other: '>=1' } },
      other: { published: { '1.0.0': new Date().toISOString() } },
    },
    says: [/pypi:server==1\.0\.0: uv finds no set of wheels/, /other/],
  },
  {
    title: 'a PyPI dependency from git',
    protocol: 'pypi',
    source: 'server',
    packages: { server: { dependencies: { other: ' @ git+https://127.0.0.1:1/x.git' } } },
    says: [/other/],
  },
]);
