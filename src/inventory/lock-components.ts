import type { Artifact, Lock } from '../catalog/lock.ts';
import type { Platform } from '../engine/engine.ts';
import { debComponent } from './deb.ts';
import type { Component } from './component.ts';
import { goPurl, pypiPurl } from './purl.ts';

/** What a lock names for a platform, but for npm's tree, of which the package-lock.json knows more. */
export function lockComponents(lock: Lock, platform: Platform): Component[] {
  return lock.artifacts
    .filter(({ platforms }) => platforms?.includes(platform) ?? true)
    .flatMap((artifact) => componentOf(artifact, { lock, platform }) ?? []);
}

interface Context {
  readonly lock: Lock;
  readonly platform: Platform;
}

function componentOf(artifact: Artifact, context: Context): Component | undefined {
  switch (artifact.kind) {
    case 'npm':
      return undefined;
    case 'pypi':
      return pypiComponent(artifact);
    case 'go':
      return goComponent(artifact, context);
    case 'deb':
      // Unpacked without dpkg: what shows it is the folder of its terms, which each Debian package has.
      return debComponent(artifact, {
        platform: context.platform,
        place: `usr/share/doc/${artifact.name}`,
      });
  }
}

type Of<K extends Artifact['kind']> = Extract<Artifact, { kind: K }>;

/** A wheel leaves a folder that is named by it (packaging.python.org, recording installed projects). */
function pypiComponent({ name, version, url, file, sha256 }: Of<'pypi'>): Component {
  const purl = pypiPurl(name, version);
  const [distribution = name, release = version] = file.split('-');
  const folder = file.endsWith('.whl')
    ? `${distribution}-${release}`
    : `${name.replaceAll('-', '_')}-${version}`;
  return {
    ref: purl,
    kind: 'pypi',
    name,
    version,
    purl,
    hashes: [{ algorithm: 'SHA-256', hex: sha256 }],
    url,
    places: [`app/lib/python3.13/site-packages/${folder}.dist-info`],
    dependsOn: [],
  };
}

/** Of the modules that only a go.mod is needed of, nothing is in the program. */
function goComponent({ name, version, url, sum }: Of<'go'>, { lock }: Context): Component | undefined {
  if (sum === undefined) return undefined;
  const purl = goPurl(name, version);
  return {
    ref: purl,
    kind: 'go',
    name,
    version,
    purl,
    hashes: [],
    goSum: sum,
    url,
    places: Object.values(lock.bin).map((file) => `app/${file}`),
    dependsOn: [],
  };
}
