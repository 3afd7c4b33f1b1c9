import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Artifact, Lock } from '../catalog/lock.ts';
import type { Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import {
  publishedAt,
  pypiProject,
  pypiVersion,
  yankedReason,
  type PypiFile,
  type PypiProject,
} from '../upstream/pypi.ts';
import { publicPypiUrl } from '../upstream/hosts.ts';
import { pypiName } from '../upstream/pypi-name.ts';
import { wheelScore } from '../upstream/wheel.ts';
import type { Resolution, ResolveRequest } from './resolution.ts';
import { heldMajors } from './held-majors.ts';
import { compileRequirements } from './uv.ts';

type PypiArtifact = Extract<Artifact, { kind: 'pypi' }>;
const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/** Resolves a PyPI project and its tree with uv; every file by hash, wheels only. */
export async function resolvePypi(request: ResolveRequest): Promise<Resolution> {
  const { source, env, signal } = request;
  const project = await pypiProject(source.name, { env, signal });
  const version = pypiVersion(source.name, { project, range: source.range });
  const held = await heldMajors(request, project);
  const { text, pins } = await compileAged(request, [`${source.name}==${version}`, ...held]);
  const artifacts = await pool(pins, 8, (pin) => artifactsOf(request, pin));
  const main = artifacts.flat().find(({ name }) => same(name, source.name));
  if (main === undefined)
    throw new McpcatError('lock-refused', `pypi:${source.name}: not part of its own resolution`);
  const lock = lockOf(request, {
    project,
    version,
    artifacts: artifacts.flat(),
    bin: await scriptsOf(request, main),
  });
  return { lock, files: { 'requirements.txt': text } };
}

/** Rounds until no dependency is too young; each takes out what the one before found. */
const maxRounds = 8;

/**
 * Compiles until every dependency is old enough. Not uv's `--exclude-newer`: it needs upload times in the simple index,
 * which many mirrors leave out, and the index's JSON has them.
 */
async function compileAged(
  request: ResolveRequest,
  [requirement = '', ...held]: readonly string[],
): Promise<{ text: string; pins: Pin[] }> {
  const excluded = new Set<string>(held);
  for (let round = 0; round < maxRounds; round++) {
    const text = await compileRequirements(request, [requirement, ...excluded]);
    const pins = pinsOf(text);
    const young = (await pool(pins, 8, (pin) => youngReleases(request, pin))).flat();
    if (young.length === 0) return { text, pins };
    for (const release of young) excluded.add(release);
  }
  throw new McpcatError(
    'lock-refused',
    `pypi:${requirement}: expected dependencies that are old enough, found none after ${String(maxRounds)} rounds`,
    { hint: 'wait, or take younger ones', inputs: [{ name: 'cool-down' }] },
  );
}

/** If the pinned release is too young: `name!=version` for it and all its siblings that are. */
async function youngReleases(request: ResolveRequest, pin: Pin): Promise<string[]> {
  const { before, source } = request;
  if (before === undefined || same(pin.name, source.name)) return [];
  const { releases } = await pypiProject(pin.name, request);
  const young = (version: string): boolean => {
    const time = Date.parse(publishedAt(releases[version] ?? []) ?? '');
    return Number.isNaN(time) || time > before.getTime();
  };
  if (!young(pin.version)) return [];
  return Object.entries(releases)
    .filter(([version, files]) => files.length > 0 && young(version))
    .map(([version]) => `${pin.name}!=${version}`);
}

interface Pin {
  readonly name: string;
  readonly version: string;
  readonly hashes: ReadonlySet<string>;
}

/** `name==1.2 \` followed by `--hash=sha256:…` lines. */
function pinsOf(requirements: string): Pin[] {
  return requirements
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)/.exec(line);
      const hashes = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map((found) => found[1] ?? '');
      if (!match || hashes.length === 0) {
        const found = line.slice(0, 60);
        throw new McpcatError(
          'lock-refused',
          `pypi: expected a release with hashes from the index, found "${found}"`,
        );
      }
      return { name: match[1] ?? '', version: match[2] ?? '', hashes: new Set(hashes) };
    });
}

/** The best wheel for each platform; one artifact if they are the same file. */
async function artifactsOf(request: ResolveRequest, pin: Pin): Promise<PypiArtifact[]> {
  const { releases } = await pypiProject(pin.name, request);
  const files = (releases[pin.version] ?? []).filter(({ digests }) => pin.hashes.has(digests.sha256));
  refuseYanked(request, { pin, files });
  const chosen = platforms.map((platform) => ({ platform, file: bestWheel(files, platform) }));
  if (chosen[0]?.file === undefined) {
    throw new McpcatError(
      'lock-refused',
      `pypi:${pin.name}==${pin.version}: no wheel for Python 3.13 on linux/amd64`,
      {
        hint: 'only a source distribution would be left, whose build script would have to run',
      },
    );
  }
  const byFile = Map.groupBy(
    chosen.filter(({ file }) => file !== undefined),
    ({ file }) => file?.filename ?? '',
  );
  return [...byFile.values()].map((group) =>
    artifact(
      pin,
      group[0]?.file,
      group.map(({ platform }) => platform),
    ),
  );
}

/** uv takes a yanked release if something pins it; the entry's own source may do that, a dependency may not. */
function refuseYanked(
  { source }: ResolveRequest,
  { pin, files }: { pin: Pin; files: readonly PypiFile[] },
): void {
  const reason = yankedReason(files);
  if (reason === undefined || same(pin.name, source.name)) return;
  throw new McpcatError(
    'lock-refused',
    `pypi:${pin.name}==${pin.version}: expected a release that its author stands by, found a yanked one (${reason})`,
    {
      hint: 'ask the author of what pins it for a release; until then choose an earlier version of the server',
    },
  );
}

function bestWheel(files: readonly PypiFile[], platform: Platform): PypiFile | undefined {
  return files
    .map((file) => ({ file, score: wheelScore(file.filename, platform) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0]?.file;
}

function artifact(pin: Pin, file: PypiFile | undefined, fitting: readonly Platform[]): PypiArtifact {
  if (file === undefined) throw new Error('Internal error: a group without a file');
  return {
    kind: 'pypi',
    name: pin.name,
    version: pin.version,
    // An index may give addresses of its own; the lock records the public one.
    url: publicPypiUrl(file),
    bytes: file.size,
    ...(fitting.length === platforms.length ? {} : { platforms: [...fitting] }),
    file: file.filename,
    sha256: file.digests.sha256,
  };
}

/** Console scripts of a wheel, which pip puts in `bin/` (entry_points.txt, packaging.python.org). */
async function scriptsOf(
  { store, signal }: ResolveRequest,
  { name, url, sha256 }: PypiArtifact,
): Promise<Record<string, string>> {
  const file = await store.get({
    url,
    hash: { algorithm: 'sha256', hex: sha256 },
    subject: `pypi:${name}`,
    signal,
  });
  const inside = unzipSync(await readFile(file), {
    filter: (entry) => entry.name.endsWith('.dist-info/entry_points.txt'),
  });
  const text = Buffer.from(Object.values(inside)[0] ?? []).toString();
  const section = /^\[console_scripts\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const names = [...section.matchAll(/^\s*([A-Za-z0-9._-]+)\s*=/gm)].map((match) => match[1] ?? '');
  return Object.fromEntries(names.sort().map((script) => [script, `bin/${script}`]));
}

function lockOf(
  { source }: ResolveRequest,
  found: { project: PypiProject; version: string; artifacts: Artifact[]; bin: Record<string, string> },
): Lock {
  const { info, releases } = found.project;
  const published = releases[found.version]?.[0]?.upload_time_iso_8601;
  const license = info.license_expression ?? info.license;
  return {
    lockVersion: 1,
    source: `pypi:${source.name}`,
    version: found.version,
    ...(published === undefined ? {} : { published }),
    ...(license == null || license.length > 60 || license === '' ? {} : { license }),
    runtime: 'python',
    ...(info.requires_python == null ? {} : { requires: info.requires_python }),
    bin: found.bin,
    scripts: [],
    artifacts: found.artifacts,
  };
}

function same(a: string, b: string): boolean {
  return pypiName(a) === pypiName(b);
}
