import { McpcatError } from '../lib/errors.ts';
import { checkedZip } from '../upstream/go-module-zip.ts';
import { goProgram } from '../upstream/go-program.ts';
import { goModule } from '../upstream/go-proxy.ts';
import { licenseOfText } from './license.ts';
import { repositoryUrl, type Package, type PackageFile, type PackageQuery } from './package.ts';
import { filesOfModule } from './unpack.ts';

/** One release of a Go module with its files; `name` becomes the path of the program in it. */
export async function goPackage(query: PackageQuery): Promise<Package> {
  const { name, version, env, signal } = query;
  const subject = `go:${name}`;
  const module = await goModule(name, { range: version, env, signal });
  const program = await goProgram(query);
  const zip = await checkedZip(module, { program, subject: name, given: env, signal });
  const files = filesOfModule(zip, module);
  const programs = programsOf(files);
  const folder = name === module.path ? undefined : name.slice(module.path.length + 1);
  const chosen = chooseProgram(programs, { folder, module: module.path });
  if (chosen === undefined)
    throw new McpcatError(
      'package-unknown',
      `${subject}: expected a program (package main), found none in ${module.path}`,
      {
        ...(programs.length === 0 ? {} : { hint: `it has ${programs.join(', ')}` }),
      },
    );
  const license = files.find(({ path }) => /^(LICEN[SC]E|COPYING)[^/]*$/i.test(path))?.text ?? '';
  const readme = files.find(({ path }) => /^README[^/]*$/i.test(path))?.text ?? '';
  const full = chosen === '' ? module.path : `${module.path}/${chosen}`;
  return {
    kind: 'go',
    name: full,
    version: module.version,
    description: '',
    license: licenseOfText(license),
    repository: repositoryUrl(`https://${module.path.split('/').slice(0, 3).join('/')}`),
    keywords: [],
    bins: [binOf(full)],
    deprecated: undefined,
    readme,
    files,
  };
}

/** What `go install` calls it: the last element that is no major version. */
function binOf(path: string): string {
  const parts = path.split('/').filter((part) => !/^v\d+$/.test(part));
  return parts.at(-1) ?? '';
}

/** Folders with a `package main` that is built here. */
function programsOf(files: readonly PackageFile[]): string[] {
  const found = files.filter(
    ({ path, text }) =>
      path.endsWith('.go') &&
      /^package main\b/m.test(text) &&
      /^func main\(\)/m.test(text) &&
      !/^\/\/go:build (ignore|.*\btools?\b|windows|darwin)/m.test(text),
  );
  return [...new Set(found.map(({ path }) => path.split('/').slice(0, -1).join('/')))].sort();
}

/** The folder that was named; else the root, else the program that is most likely the server. */
function chooseProgram(
  programs: readonly string[],
  { folder, module }: { folder: string | undefined; module: string },
): string | undefined {
  if (folder !== undefined && programs.includes(folder)) return folder;
  const below = folder === undefined ? programs : programs.filter((path) => path.startsWith(`${folder}/`));
  const base = binOf(module);
  const score = (path: string): number =>
    (path === '' ? 6 : 0) +
    (path.endsWith(`/${base}`) ? 8 : 0) +
    (/mcp/.test(path) ? 4 : 0) +
    (/server|stdio/.test(path) ? 2 : 0) +
    (path.startsWith('cmd/') ? 2 : 0) -
    (/example|demo|test|hack|tools?\/|scripts?\/|gen|docs|client|http|sse|bench|internal|mock|lint/.test(path)
      ? 6
      : 0) -
    path.split('/').length;
  return below.toSorted((a, b) => score(b) - score(a))[0];
}
