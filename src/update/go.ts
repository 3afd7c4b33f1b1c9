import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../lib/make-folder.ts';
import { readBaseLock } from '../base/base-lock.ts';
import type { Artifact, Lock } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import { goProgram } from '../upstream/go-program.ts';
import { goModule } from '../upstream/go-proxy.ts';
import { canonicalHosts, hostFor } from '../upstream/hosts.ts';
import type { Resolution, ResolveRequest } from './resolution.ts';
import { runGo } from '../upstream/go-command.ts';

/**
 * Resolves a Go command and its modules with the go command itself: our module names the package as a tool, so that
 * minimal version selection gives what `go install PACKAGE@VERSION` would. A second pass from the files of the first
 * shows exactly which files a build needs.
 */
export async function resolveGo(request: ResolveRequest): Promise<Resolution> {
  const { folder, source, env } = request;
  const module = path.join(folder, 'module');
  const first = path.join(folder, 'first');
  const second = path.join(folder, 'second');
  await makeFolder(module);
  const found = await goModule(source.name, { range: source.range, env, signal: request.signal });
  const manifest = [
    'module mcpcat.invalid/server',
    'go 1.24',
    `tool ${source.name}`,
    `require ${found.path} ${found.version}`,
  ];
  await writeFile(path.join(module, 'go.mod'), `${manifest.join('\n\n')}\n`);
  const GOTOOLCHAIN = await toolchain(request.templates);
  const go = goCommand(request, { module, program: await goProgram(request) });
  const online = { GOPROXY: hostFor('go', env), GOMODCACHE: first, GOTOOLCHAIN };
  await go(['mod', 'tidy'], online);
  const offline = {
    GOPROXY: `file://${first}/cache/download`,
    GOMODCACHE: second,
    GOTOOLCHAIN,
    GOFLAGS: '-mod=readonly',
    GONOSUMDB: '*',
    GOSUMDB: 'off',
  };
  const modules = '{{with .Module}}{{.Path}} {{.Version}}{{end}}';
  const listed = await go(['list', '-deps', '-f', modules, source.name], offline);
  const facts = '{{.Module.Path}} {{.Module.Version}} {{.Module.GoVersion}} {{.Name}}';
  const main = await go(['list', '-f', facts, source.name], offline);
  const [, moduleVersion = '', goVersion = '', name] = main.trim().split(' ');
  if (name !== 'main')
    throw new McpcatError(
      'package-unknown',
      `go:${source.name}: expected a command (package main), found package ${String(name)}`,
    );
  const files = await locked(module);
  const sums = sumsOf(files['go.sum'] ?? '');
  const compiled = new Set(listed.split('\n').filter(Boolean));
  const artifacts = (await touched(path.join(second, 'cache', 'download'))).map((key) =>
    artifactOf(key, { sums, compiled }),
  );
  return {
    lock: lockOf(request, { moduleVersion, goVersion, artifacts, published: found.published }),
    files,
  };
}

/** The base's own: what resolves the modules also builds them. A module that needs a newer one still gets its lock. */
async function toolchain(templates: string): Promise<string> {
  const { artifacts } = await readBaseLock(templates, 'go', 'linux/amd64');
  const version = artifacts.find(({ name }) => name === 'golang.org/toolchain')?.version ?? '';
  const name = /go\d+\.\d+\.\d+/.exec(version)?.[0];
  return name === undefined ? 'auto' : `${name}+auto`;
}

type RunGo = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<string>;

/** In the folder of our module. */
function goCommand(
  { signal, source, env: given }: ResolveRequest,
  { module, program }: { readonly module: string; readonly program: string },
): RunGo {
  return (args, env) => runGo({ program, subject: source.name, given, args, folder: module, env, signal });
}

async function locked(module: string): Promise<Record<string, string>> {
  const [mod, sum] = await Promise.all(
    ['go.mod', 'go.sum'].map((file) => readFile(path.join(module, file), 'utf8')),
  );
  return { 'go.mod': mod ?? '', 'go.sum': sum ?? '' };
}

/** `MODULE VERSION[/go.mod] h1:…` → hash, keyed by the first two words. */
function sumsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [module = '', moduleVersion = '', sum = ''] = line.split(' ');
        return [`${module} ${moduleVersion}`, sum];
      }),
  );
}

/** The modules (escaped path and version) whose go.mod the second pass read. */
async function touched(download: string): Promise<string[]> {
  const files = await readdir(download, { recursive: true });
  return files
    .filter((file) => file.endsWith('.mod'))
    .map((file) => file.slice(0, -'.mod'.length))
    .sort();
}

/** `github.com/!azure/x/@v/v1.2.3` → module path and version (golang.org/ref/mod#module-cache). */
function artifactOf(
  key: string,
  { sums, compiled }: { sums: ReadonlyMap<string, string>; compiled: ReadonlySet<string> },
): Artifact {
  const [escaped = '', moduleVersion = ''] = key.split('/@v/');
  const name = escaped.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const id = `${name} ${moduleVersion.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
  const modSum = sums.get(`${id}/go.mod`);
  const sum = compiled.has(id) ? sums.get(id) : undefined;
  if (modSum === undefined || (compiled.has(id) && sum === undefined)) {
    throw new McpcatError('lock-refused', `go:${id}: the checksum database has no sum for it`);
  }
  const url = `${canonicalHosts.go}/${escaped}/@v/${moduleVersion}.${sum === undefined ? 'mod' : 'zip'}`;
  return { kind: 'go', name, version: moduleVersion, url, ...(sum === undefined ? {} : { sum }), modSum };
}

function lockOf(
  { source }: ResolveRequest,
  found: { moduleVersion: string; goVersion: string; artifacts: Artifact[]; published: string | undefined },
): Lock {
  const last = source.name.split('/').at(-1) ?? '';
  const name = /^v\d+$/.test(last) ? (source.name.split('/').at(-2) ?? last) : last;
  return {
    lockVersion: 1,
    source: `go:${source.name}`,
    version: found.moduleVersion,
    ...(found.published === undefined ? {} : { published: found.published }),
    runtime: 'go',
    requires: found.goVersion,
    bin: { [name]: `bin/${name}` },
    scripts: [],
    artifacts: found.artifacts,
  };
}
