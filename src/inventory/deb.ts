import type { LockedDeb } from '../debian/locked-deb.ts';
import type { Platform } from '../engine/engine.ts';
import type { Component } from './component.ts';
import { debPurl } from './purl.ts';

/** A package by content, with the public address of its file. */
type Package = Pick<LockedDeb, 'name' | 'version' | 'sha256'> & { readonly url: string };

/**
 * The source package, which is the folder of the pool that a file lies in, and its version: the binary one without
 * what a rebuild of the same source adds (`+b1`).
 */
export function debSource({
  name,
  version,
  pool,
}: {
  readonly name: string;
  readonly version: string;
  readonly pool: string;
}): { readonly name: string; readonly version: string } {
  const source = /\/pool\/(?:updates\/)?[^/]+\/[^/]+\/([^/]+)\//.exec(pool)?.[1];
  return { name: source ?? name, version: version.replace(/\+b\d+$/, '') };
}

/** A package of a runtime base: of each its record is there, as scanners know it from images without dpkg. */
export function baseDebComponent(deb: LockedDeb, platform: Platform): Component {
  return debComponent(published(deb), { platform, place: `var/lib/dpkg/status.d/${deb.name}` });
}

/** A library that is in a program of ours. */
export function linkedDebComponent(deb: LockedDeb, platform: Platform): Component {
  return debComponent(published(deb), { platform, place: 'mcpcat-init' });
}

function published({ pool, ...deb }: LockedDeb): Package {
  return { ...deb, url: `http://deb.debian.org/${pool}` };
}

/** `place` is what shows it in the image. */
export function debComponent(
  deb: Package,
  { platform, place }: { readonly platform: Platform; readonly place: string },
): Component {
  const { name, version, sha256, url } = deb;
  // The platform's also for a package of all architectures: the lock of an entry does not tell those apart.
  const purl = debPurl(name, version, { arch: platform.replace('linux/', ''), distro: 'debian-13' });
  return {
    ref: purl,
    kind: 'deb',
    name,
    version,
    purl,
    hashes: [{ algorithm: 'SHA-256', hex: sha256 }],
    source: debSource({ name, version, pool: url }),
    url,
    places: [place],
    dependsOn: [],
  };
}
