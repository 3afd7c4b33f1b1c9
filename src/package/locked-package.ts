import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Artifact, Lock } from '../catalog/lock.ts';
import { parseSource } from '../catalog/source.ts';
import { fetchArtifacts } from '../fetch/fetch-artifacts.ts';
import { Store } from '../fetch/store.ts';
import { pypiName } from '../upstream/pypi-name.ts';
import type { PackageFile } from './package.ts';
import { filesOfModule, filesOfTarball, filesOfZip } from './unpack.ts';

/** What a locked release itself says. */
export interface LockedPackage {
  readonly readme: string;
  readonly files: readonly PackageFile[];
}

export interface LockedQuery {
  /** For progress and errors. */
  readonly subject: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The locked release's own files, by the hash in the lock: what the image is built from, and no question to a registry
 * but for a file that the cache does not hold. Undefined if the lock has no file of the source's own name.
 */
export async function lockedPackage(lock: Lock, query: LockedQuery): Promise<LockedPackage | undefined> {
  const artifact = ownArtifact(lock);
  if (artifact === undefined) return undefined;
  const { cacheFolder, env, ...rest } = query;
  const store = new Store(cacheFolder, env);
  const [file = ''] = await fetchArtifacts({ artifacts: [artifact], store, emit: () => undefined, ...rest });
  switch (artifact.kind) {
    case 'npm':
      return packageOf(await filesOfTarball(file));
    case 'pypi': {
      const content = await readFile(file);
      return packageOf(
        filesOfZip(content, (path) => path),
        metadataOf(content),
      );
    }
    default:
      return packageOf(
        filesOfModule(await readFile(file), { path: artifact.name, version: artifact.version }),
      );
  }
}

/** Of the module that holds the program, the one with the longest path. */
function ownArtifact({ source, artifacts }: Lock): Artifact | undefined {
  const { kind, name } = parseSource(source);
  const own = artifacts.filter((one) =>
    kind === 'go'
      ? one.kind === 'go' && one.sum !== undefined && `${name}/`.startsWith(`${one.name}/`)
      : one.kind === kind && isSame(kind, one.name, name),
  );
  return (
    own
      // Its texts are the same on all platforms; of an older lock one may be left for another platform.
      .toSorted((a, b) => b.name.length - a.name.length)
      .find(({ platforms }) => platforms?.includes('linux/amd64') ?? true) ?? own[0]
  );
}

/** To npm `a.b` and `a-b` are two packages. */
function isSame(kind: 'npm' | 'pypi', one: string, other: string): boolean {
  return kind === 'pypi' ? pypiName(one) === pypiName(other) : one === other;
}

/** A wheel's README stands below its metadata (packaging.python.org, core metadata). */
function metadataOf(wheel: Uint8Array): string {
  const found = unzipSync(wheel, {
    filter: ({ name, originalSize }) => /^[^/]+\.dist-info\/METADATA$/.test(name) && originalSize < 4 << 20,
  });
  return Object.values(found)
    .map((content) => Buffer.from(content).toString('utf8'))
    .join('\n');
}

function packageOf(files: readonly PackageFile[], readme?: string): LockedPackage {
  return { files, readme: readme ?? files.find(({ path }) => /^README[^/]*$/i.test(path))?.text ?? '' };
}
