/** What a component is, by where its versions come from. */
export type ComponentKind = 'npm' | 'pypi' | 'go' | 'deb' | 'runtime' | 'program';

export interface ComponentHash {
  readonly algorithm: 'SHA-256' | 'SHA-512';
  /** In hex. */
  readonly hex: string;
}

/** One package that lies in an image, as its locks name it. */
export interface Component {
  /** Unique in an inventory; two copies of a release in one tree are one component in two places. */
  readonly ref: string;
  readonly kind: ComponentKind;
  /** As its ecosystem spells it: `@scope/name`, `github.com/owner/name`. */
  readonly name: string;
  readonly version: string;
  /** The package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  /** Of the file that it came as. */
  readonly hashes: readonly ComponentHash[];
  /** `h1:…` (golang.org/ref/mod#go-sum-files), which is no hash of a file. */
  readonly goSum?: string;
  /** Of a Debian package, the source package and version that advisories name it by. */
  readonly source?: { readonly name: string; readonly version: string };
  /** As it says itself, in whatever form; undefined where no lock knows it. */
  readonly license?: string;
  /** The public address of its file. */
  readonly url?: string;
  /** Common Platform Enumeration, where advisories know it by that alone. */
  readonly cpe?: string;
  /** Files or folders of the image that show it, without a slash at the beginning. */
  readonly places: readonly string[];
  /** Refs of others. */
  readonly dependsOn: readonly string[];
}

/** Everything that lies in one image of a server, for one platform. Sorted; pure data. */
export interface Inventory {
  readonly server: string;
  readonly title: string;
  readonly version: string;
  readonly license: string;
  readonly source: string;
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** ISO 8601; when upstream published the version. */
  readonly published: string | undefined;
  readonly components: readonly Component[];
  /** Refs of what the image is made of at the first level: the server's package, its runtime, the base. */
  readonly dependsOn: readonly string[];
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same release in several places, or from two lists, is one component. */
export function merged(components: readonly Component[]): Component[] {
  const byRef = new Map<string, Component>();
  for (const component of components) {
    const other = byRef.get(component.ref);
    byRef.set(component.ref, other === undefined ? component : together(other, component));
  }
  return [...byRef.values()].toSorted((a, b) => compareText(a.ref, b.ref));
}

function together(a: Component, b: Component): Component {
  return {
    ...a,
    places: sortedSet([...a.places, ...b.places]),
    dependsOn: sortedSet([...a.dependsOn, ...b.dependsOn]),
  };
}

export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}
