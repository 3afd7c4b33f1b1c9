import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readBaseLock, type PlatformLock } from '../base/base-lock.ts';
import type { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import { imageSource } from '../catalog/source.ts';
import type { LockedDeb } from '../debian/locked-deb.ts';
import type { Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { initSourcesId } from '../process1/sources.ts';
import { compareText, merged, sortedSet, type Component, type Inventory } from './component.ts';
import { baseDebComponent, linkedDebComponent } from './deb.ts';
import { lockComponents } from './lock-components.ts';
import { npmComponents } from './npm.ts';
import { goPurl, npmPurl, pypiPurl } from './purl.ts';
import { init, runtimeComponents } from './runtime.ts';

export interface InventoryRequest {
  /** Folder of the bases' recipes and locks. */
  readonly templates: string;
  readonly platform: Platform;
}

/**
 * Everything that lies in a server's image, from locks alone: the same locks give the same inventory. Throws
 * `lock-missing`, and `entry-refused` for an image that somebody else has made.
 */
export async function inventoryOf(server: Server, request: InventoryRequest): Promise<Inventory> {
  const { entry } = server;
  const lock = lockOf(server);
  const [tree, bases] = await Promise.all([treeOf(server, lock, request.platform), basesOf(lock, request)]);
  const own = packageRef(lock, tree);
  const all = merged([...tree, ...bases]);
  return {
    server: entry.name,
    title: entry.title,
    version: lock.version,
    license: lock.license ?? entry.license,
    source: lock.source,
    platform: request.platform,
    published: lock.published,
    components: withFlatTree(all, { own, tree, lock }),
    dependsOn: [own, ...bases.map(({ ref }) => ref)].toSorted(compareText),
  };
}

function lockOf({ entry, lock }: Server): Lock {
  if (lock !== undefined) return lock;
  if (imageSource(entry.source) !== undefined)
    throw new McpcatError(
      'entry-refused',
      `${entry.name}: its image is somebody else's, so no lock says what is in it`,
    );
  throw new McpcatError('lock-missing', `${entry.name} has no lock yet`, {
    hint: `mcpcat update ${entry.name}`,
  });
}

async function treeOf({ entry, folder }: Server, lock: Lock, platform: Platform): Promise<Component[]> {
  const others = lockComponents(lock, platform);
  if (lock.runtime !== 'node') return others;
  const text = await readFile(path.join(folder, 'package-lock.json'), 'utf8').catch((error: unknown) => {
    throw new McpcatError('lock-missing', `${entry.name}: expected a package-lock.json beside its lock`, {
      hint: `mcpcat update ${entry.name}`,
      cause: error,
    });
  });
  return [...npmComponents(text, platform), ...others];
}

async function basesOf(lock: Lock, { templates, platform }: InventoryRequest): Promise<Component[]> {
  const [base, goBuild, musl, sourcesId] = await Promise.all([
    readBaseLock(templates, lock.runtime, platform),
    readBaseLock(templates, 'go', 'linux/amd64'),
    muslOf(templates, platform),
    initSourcesId(),
  ]);
  return [
    ...base.runtime.map((deb) => baseDebComponent(deb, platform)),
    ...runtimeComponents(lock, base, goBuild),
    musl,
    init(sourcesId, musl),
  ];
}

/** The C library that is linked into process 1. */
async function muslOf(templates: string, platform: Platform): Promise<Component> {
  const { build }: PlatformLock = await readBaseLock(templates, 'debian', platform);
  const found: LockedDeb | undefined = build.find(({ name }) => name === 'musl-dev');
  if (found === undefined)
    throw new McpcatError('base-missing', `debian-build: its lock names no musl-dev for ${platform}`, {
      hint: 'mcpcat base update',
    });
  return linkedDebComponent(found, platform);
}

/** The package that the entry names: for Go, the module that holds its path. */
function packageRef(lock: Lock, tree: readonly Component[]): string {
  const name = lock.source.replace(/^(npm|pypi|go):/, '');
  switch (lock.runtime) {
    case 'node':
      return npmPurl(name, lock.version);
    case 'python':
      return pypiPurl(name, lock.version);
    case 'go': {
      const holders = tree.filter((other) => `${name}/`.startsWith(`${other.name}/`));
      const longest = holders.toSorted((a, b) => b.name.length - a.name.length)[0];
      return longest?.ref ?? goPurl(name, lock.version);
    }
  }
}

/** The locks of PyPI and Go do not say who needs whom: what is there is there for the server's own package. */
function withFlatTree(
  all: readonly Component[],
  { own, tree, lock }: { readonly own: string; readonly tree: readonly Component[]; readonly lock: Lock },
): Component[] {
  const flat = tree.filter(({ kind }) => kind !== 'npm').map(({ ref }) => ref);
  if (!all.some(({ ref }) => ref === own))
    throw new McpcatError('lock-invalid', `${lock.source}: its lock does not hold ${own}`, {
      hint: 'mcpcat update',
    });
  return all.map((component) =>
    component.ref === own
      ? { ...component, dependsOn: sortedSet([...component.dependsOn, ...flat]).filter((ref) => ref !== own) }
      : component,
  );
}
