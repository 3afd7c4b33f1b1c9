import type { PackedImage } from '../registry/repack/repack.ts';

/** Of the ELF header, by the architecture of an image. */
const machines: Readonly<Record<string, number>> = { amd64: 62, arm64: 183 };

/**
 * A program that the image's machine can't run, in a package that has none for it: then the package was not made for
 * this platform. Packages that bring programs for several machines are fine. Undefined if there is none.
 */
export function foreignProgram({
  programs,
  platform,
}: Pick<PackedImage, 'programs' | 'platform'>): string | undefined {
  const wanted = machines[platform.architecture];
  const byPackage = Map.groupBy(programs, ({ name }) => packageOf(name));
  for (const files of byPackage.values()) {
    if (files.some(({ machine }) => machine === wanted)) continue;
    const [foreign] = files;
    if (foreign !== undefined) return foreign.name;
  }
  return undefined;
}

/** The folder of the npm or PyPI package that a file belongs to, else the file itself. */
function packageOf(name: string): string {
  return /^.*(?:node_modules\/(?:@[^/]+\/)?[^/]+|site-packages\/[^/]+)(?=\/)/.exec(name)?.[0] ?? name;
}
