import type { DebEntry } from '../debian/deb/deb-entry.ts';
import type { Store } from '../fetch/store.ts';
import type { BaseArtifact } from './base-lock.ts';
import { fileEntry } from './layer.ts';
import { filesOfGoZip, filesOfTgz, overlayTar, type OverlayFile } from './overlay.ts';
import type { Stage } from './references.ts';

interface Fetching {
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
}

/** What a build base takes from other places than Debian, as a tar; undefined if there is nothing. */
export async function overlayOf(
  artifacts: readonly BaseArtifact[],
  fetching: Fetching,
): Promise<Buffer | undefined> {
  const files = await filesOf(artifacts, { ...fetching, stage: 'build' });
  return files.length === 0 ? undefined : overlayTar(files);
}

/** What a runtime base takes from other places than Debian: Node. */
export async function runtimeOverlay(
  artifacts: readonly BaseArtifact[],
  fetching: Fetching,
): Promise<DebEntry[]> {
  const own = artifacts.filter(({ name }) => name.startsWith('node-linux'));
  const files = await filesOf(own, { ...fetching, stage: 'runtime' });
  return files.map(({ name, content, executable }) => fileEntry(name, content, executable ? 0o755 : 0o644));
}

async function filesOf(
  artifacts: readonly BaseArtifact[],
  { stage, store, signal }: Fetching & { readonly stage: Stage },
): Promise<OverlayFile[]> {
  const files = await Promise.all(
    artifacts.map(async ({ name, url, algorithm, hex }) => {
      const file = await store.get({ url, hash: { algorithm, hex }, subject: name, signal });
      return name === 'golang.org/toolchain'
        ? filesOfGoZip(file, placeGo)
        : filesOfTgz(file, placeOf(name, stage));
    }),
  );
  return files.flat();
}

function placeGo(path: string): string | undefined {
  const inside = /^golang\.org\/toolchain@[^/]+\/(.+)$/.exec(path)?.[1];
  return inside === undefined || /^(test|doc|api|misc)\//.test(inside) ? undefined : `usr/local/go/${inside}`;
}

function placeOf(name: string, stage: Stage): (path: string) => string | undefined {
  if (name === 'npm') return (path) => path.replace(/^package\//, 'usr/local/lib/node_modules/npm/');
  return (path) => {
    if (path === 'package/bin/node') return 'usr/local/bin/node';
    if (path === 'package/LICENSE') return 'usr/share/doc/node/copyright';
    return stage === 'build' && path.startsWith('package/include/')
      ? path.replace('package/', 'usr/local/')
      : undefined;
  };
}
