import type { DebEntry, UnpackedDeb } from '../debian/deb/deb-entry.ts';
import { isKept } from './contents.ts';
import { fileEntry, folderEntry } from './layer.ts';
import { mergePackages } from './merge-packages.ts';
import { ownFiles } from './own-files.ts';
import type { RootfsRecipe } from './recipe.ts';

/** An unpacked package and its place in the lock. */
export interface RuntimePackage extends UnpackedDeb {
  readonly name: string;
  readonly version: string;
}

const certificate = /^usr\/share\/ca-certificates\/.*\.crt$/;

/**
 * What a runtime base has of Debian: the files of these packages that the recipe keeps, and what their maintainer
 * scripts would make of them, made here. Nothing is executed.
 */
export function runtimeFiles(packages: readonly RuntimePackage[], recipe: RootfsRecipe): DebEntry[] {
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const tree = mergePackages(
    sorted.map(({ name, version, entries }) => ({ subject: `${name} ${version}`, entries })),
  );
  const certificates = [...tree.values()].filter(({ name }) => certificate.test(name));
  return [...kept(tree, recipe), ...madeHere(certificates), ...statuses(sorted)];
}

/**
 * The packages of which something is in the base beyond their papers: whoever needs one of the others must bring it.
 * The certificates are in it as one file.
 */
export function packagesInBase(packages: readonly RuntimePackage[], recipe: RootfsRecipe): RuntimePackage[] {
  return packages.filter(({ entries }) =>
    entries.some(
      ({ name, type }) =>
        certificate.test(name) ||
        (type !== 'folder' && isKept(name, recipe) && !name.startsWith('usr/share/doc/')),
    ),
  );
}

/** A hard link to a file that is left out is the file. */
function kept(tree: ReadonlyMap<string, DebEntry>, recipe: RootfsRecipe): DebEntry[] {
  return [...tree.values()]
    .filter(({ name }) => name !== '' && isKept(name, recipe))
    .map((entry) => {
      const target = entry.type === 'hardlink' ? tree.get(entry.linkName) : undefined;
      return target === undefined || isKept(target.name, recipe) ? entry : { ...target, name: entry.name };
    });
}

function madeHere(certificates: readonly DebEntry[]): DebEntry[] {
  const bundle = certificates.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ content }) => content);
  return [
    ...Object.entries(ownFiles).map(([name, content]) => fileEntry(name, content)),
    fileEntry('etc/ssl/certs/ca-certificates.crt', Buffer.concat(bundle)),
    folderEntry('tmp', 0o1777),
    folderEntry('home/mcpcat'),
  ];
}

/** One file for each package, as scanners know it from images without dpkg. */
function statuses(packages: readonly RuntimePackage[]): DebEntry[] {
  return packages.map(({ name, control }) => {
    const text = control.replace(/^(Package: .*)$/m, '$1\nStatus: install ok installed');
    return fileEntry(`var/lib/dpkg/status.d/${name}`, text);
  });
}
