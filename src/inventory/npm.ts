import { fitsPlatform, nameOfPlace, PackageLock, type LockedPackage } from '../catalog/package-lock.ts';
import type { Platform } from '../engine/engine.ts';
import { merged, sortedSet, type Component } from './component.ts';
import { npmPurl } from './purl.ts';

type Packages = Readonly<Record<string, LockedPackage>>;

/** The packages of an npm tree that `npm ci` puts in place on a platform. `text` is a package-lock.json. */
export function npmComponents(text: string, platform: Platform): Component[] {
  const { packages } = PackageLock.parse(JSON.parse(text));
  const places = installedPlaces(packages, platform);
  return merged([...places].map((place) => componentOf(place, { packages, places })));
}

/** Reached from the project without an optional package of another platform: what only such a one needs is not there either. */
function installedPlaces(packages: Packages, platform: Platform): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [''];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const needed = neededBy(place, packages).filter((next) => isInstalled(packages[next], platform));
    for (const next of [...needed, ...bundledIn(place, packages)]) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(next);
    }
  }
  return reached;
}

function isInstalled(entry: LockedPackage | undefined, platform: Platform): boolean {
  return entry !== undefined && (entry.optional !== true || fitsPlatform(entry, platform));
}

/** What a tarball brings along lies in it, whoever needs it. */
function bundledIn(place: string, packages: Packages): string[] {
  if (place === '') return [];
  return Object.keys(packages).filter(
    (other) => other.startsWith(`${place}/node_modules/`) && packages[other]?.inBundle === true,
  );
}

function neededBy(place: string, packages: Packages): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[place] ?? {};
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return names.flatMap((name) => resolved(place, { name, packages }) ?? []);
}

/** Node's rule: in the folder of the package itself, else in those around it. */
function resolved(
  place: string,
  { name, packages }: { readonly name: string; readonly packages: Packages },
): string | undefined {
  for (let folder = place; ; folder = parentOf(folder)) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[candidate] !== undefined) return candidate;
    if (folder === '') return undefined;
  }
}

function parentOf(place: string): string {
  const end = place.lastIndexOf('/node_modules/');
  return end < 0 ? '' : place.slice(0, end);
}

function componentOf(
  place: string,
  { packages, places }: { readonly packages: Packages; readonly places: ReadonlySet<string> },
): Component {
  const entry = packages[place] ?? {};
  const needed = neededBy(place, packages).filter((other) => places.has(other));
  const purl = purlAt(place, packages);
  return {
    ref: purl,
    kind: 'npm',
    name: entry.name ?? nameOfPlace(place),
    version: entry.version ?? '',
    purl,
    hashes: hashesOf(entry.integrity),
    ...licenseOf(entry.license),
    ...(entry.resolved === undefined ? {} : { url: entry.resolved }),
    places: [`app/${place}`],
    dependsOn: sortedSet(needed.map((other) => purlAt(other, packages)).filter((ref) => ref !== purl)),
  };
}

function purlAt(place: string, packages: Packages): string {
  const { name = nameOfPlace(place), version = '' } = packages[place] ?? {};
  return npmPurl(name, version);
}

function hashesOf(integrity = ''): Component['hashes'] {
  const base64 = /(?:^|\s)sha512-(\S+)/.exec(integrity)?.[1];
  return base64 === undefined
    ? []
    : [{ algorithm: 'SHA-512', hex: Buffer.from(base64, 'base64').toString('hex') }];
}

function licenseOf(license: unknown): { readonly license?: string } {
  if (typeof license === 'string') return { license };
  const type: unknown =
    typeof license === 'object' && license !== null ? Reflect.get(license, 'type') : undefined;
  return typeof type === 'string' ? { license: type } : {};
}
