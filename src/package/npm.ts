import { z } from 'zod';
import { hashOfIntegrity, Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { httpJson } from '../lib/http.ts';
import { hostFor } from '../upstream/hosts.ts';
import { licenseOfText, spdxOf } from './license.ts';
import { repositoryUrl, type Package, type PackageQuery } from './package.ts';
import { filesOfTarball } from './unpack.ts';

const Text = z.string().catch('');
const Manifest = z.object({
  description: Text,
  keywords: z.array(z.string()).catch([]),
  license: z.unknown().optional(),
  repository: z
    .union([z.string(), z.object({ url: z.string() })])
    .optional()
    .catch(undefined),
  homepage: z.string().optional().catch(undefined),
  bin: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .catch(undefined),
  deprecated: z.unknown().optional(),
  readme: Text,
  dist: z.object({ tarball: z.string(), integrity: z.string().optional() }),
});
const Packument = z.object({ versions: z.record(z.string(), Manifest), readme: Text });

/** One release of an npm package with its own files. */
export async function npmPackage({
  name,
  version,
  env,
  cacheFolder,
  signal,
}: PackageQuery): Promise<Package> {
  const subject = `npm:${name}`;
  const url = `${hostFor('npm', env)}/${name.replace('/', '%2f')}`;
  const { versions, readme } = await httpJson(url, {
    subject,
    signal,
    read: (value) => Packument.parse(value),
  });
  const manifest = versions[version];
  const integrity = manifest?.dist.integrity?.split(/\s+/).find((hash) => hash.startsWith('sha512-'));
  if (manifest === undefined || integrity === undefined)
    throw new McpcatError(
      'lock-refused',
      `${subject}@${version}: expected a tarball with a sha512 integrity, found none`,
    );
  const file = await new Store(cacheFolder, env).get({
    url: manifest.dist.tarball,
    hash: hashOfIntegrity(integrity),
    subject,
    signal,
  });
  const files = await filesOfTarball(file);
  const text = (pattern: RegExp): string => files.find(({ path }) => pattern.test(path))?.text ?? '';
  const address = typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
  return {
    kind: 'npm',
    name,
    version,
    description: manifest.description,
    license: licenseField(manifest.license) ?? licenseOfText(text(/^(LICEN[SC]E|COPYING)[^/]*$/i)),
    repository: repositoryUrl(address) ?? repositoryUrl(manifest.homepage),
    keywords: manifest.keywords,
    bins:
      typeof manifest.bin === 'string' ? [name.replace(/^@[^/]+\//, '')] : Object.keys(manifest.bin ?? {}),
    deprecated:
      typeof manifest.deprecated === 'string' && manifest.deprecated !== '' ? manifest.deprecated : undefined,
    readme:
      [text(/^README\.md$/i), manifest.readme, readme, text(/^README[^/]*$/i)].find(
        (one) => one.length > 60,
      ) ?? '',
    files,
  };
}

/** Old packages say `{type: 'MIT'}`. */
function licenseField(value: unknown): string | undefined {
  if (typeof value === 'string') return spdxOf(value);
  const type: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : undefined;
  return typeof type === 'string' ? spdxOf(type) : undefined;
}
