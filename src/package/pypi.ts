import { z } from 'zod';
import { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { httpJson } from '../lib/http.ts';
import { hostFor, publicPypiUrl } from '../upstream/hosts.ts';
import { wheelScore } from '../upstream/wheel.ts';
import { licenseOfText, spdxOf } from './license.ts';
import { repositoryUrl, type Package, type PackageFile, type PackageQuery } from './package.ts';
import { filesOfWheel } from './unpack.ts';

const Text = z.string().nullish().catch(undefined);
const File = z.object({
  filename: z.string(),
  url: z.string(),
  digests: z.object({ sha256: z.string(), blake2b_256: z.string().optional() }),
});
const Release = z.object({
  info: z.object({
    summary: Text,
    description: Text,
    license: Text,
    license_expression: Text,
    classifiers: z.array(z.string()).nullish().catch([]),
    keywords: Text,
    home_page: Text,
    project_urls: z.record(z.string(), z.string()).nullish().catch({}),
  }),
  urls: z.array(File).optional(),
  releases: z.record(z.string(), z.array(File)).optional(),
});
type Release = z.infer<typeof Release>;

/** One release of a PyPI project with the files of its wheel. */
export async function pypiPackage({
  name,
  version,
  env,
  cacheFolder,
  signal,
}: PackageQuery): Promise<Package> {
  const subject = `pypi:${name}`;
  const index = `${hostFor('pypi', env)}/pypi/${name}/json`;
  const { info, releases } = await httpJson(index, {
    subject,
    signal,
    read: (value) => Release.parse(value),
  });
  const wheel = bestWheel(releases?.[version] ?? []);
  if (wheel === undefined)
    throw new McpcatError('lock-refused', `${subject}==${version}: no wheel for Python 3.13 on linux/amd64`, {
      hint: 'only a source distribution would be left, whose build script would have to run',
    });
  const hash = { algorithm: 'sha256', hex: wheel.digests.sha256 } as const;
  const url = publicPypiUrl(wheel);
  const files = await filesOfWheel(await new Store(cacheFolder, env).get({ url, hash, subject, signal }));
  return {
    kind: 'pypi',
    name,
    version,
    description: info.summary ?? '',
    license: licenseOf(info, files),
    repository: repositoryOf(info),
    keywords: (info.keywords ?? '').split(/[,\s]+/).filter(Boolean),
    bins: scriptsOf(files),
    deprecated:
      info.classifiers?.includes('Development Status :: 7 - Inactive') === true
        ? 'its author marks it as inactive'
        : undefined,
    readme: info.description ?? '',
    files,
  };
}

function bestWheel(files: readonly z.infer<typeof File>[]): z.infer<typeof File> | undefined {
  return files
    .map((file) => ({ file, score: wheelScore(file.filename, 'linux/amd64') }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0]?.file;
}

function licenseOf(info: Release['info'], files: readonly PackageFile[]): string | undefined {
  const classifier = info.classifiers?.find((text) => /^License :: OSI Approved :: ./.test(text));
  const text = files.find(({ path }) => /\.dist-info\/(.*\/)?(LICEN[SC]E|COPYING)[^/]*$/i.test(path))?.text;
  return (
    spdxOf(info.license_expression) ??
    spdxOf(info.license) ??
    licenseOfText(text ?? '') ??
    licenseOfText(info.license ?? '') ??
    spdxOf(classifier)
  );
}

function repositoryOf({ project_urls: urls, home_page: home }: Release['info']): string | undefined {
  const named = Object.entries(urls ?? {}).sort(([a], [b]) => rank(a) - rank(b));
  const addresses = [...named.map(([, address]) => address), home ?? ''];
  const code = addresses.find((address) => /\b(github|gitlab|bitbucket|codeberg)\b/.test(address));
  return (
    repositoryUrl(code) ?? addresses.map((address) => repositoryUrl(address)).find((url) => url !== undefined)
  );
}

function rank(name: string): number {
  return (
    ['repository', 'source', 'source code', 'github', 'code', 'homepage'].indexOf(name.toLowerCase()) + 1 || 9
  );
}

function scriptsOf(files: readonly PackageFile[]): string[] {
  const text = files.find(({ path }) => path.endsWith('.dist-info/entry_points.txt'))?.text ?? '';
  const section = /^\[console_scripts\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  return [...section.matchAll(/^\s*([A-Za-z0-9._-]+)\s*=/gm)].map((match) => match[1] ?? '');
}
