import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** `templates/base/<kind>/base.yaml`: what people decide about a base. Versions of packages are in the lock beside it. */
const Rootfs = z.strictObject({
  /** `minbase` has a shell, dpkg and apt, and its packages are installed; of `extract` they are only unpacked. */
  variant: z.enum(['minbase', 'extract']),
  packages: z.array(z.string()).min(1),
  /** A second architecture of which it holds packages (`musl-dev:arm64`). */
  foreign: z.literal('arm64').optional(),
  /** Path prefixes, or beginnings of file names, that are left out. */
  drop: z.array(z.string()).default([]),
  /** Path prefixes that stay although `drop` names them. */
  keep: z.array(z.string()).default([]),
});
export const Recipe = z.strictObject({
  build: Rootfs.optional(),
  runtime: Rootfs.optional(),
  /** Major version of the official Node binary and of npm. */
  node: z.number().optional(),
  npm: z.number().optional(),
  /** Python's minor version, for those that must know it. */
  python: z.string().optional(),
  go: z.literal('latest').optional(),
});
export type Recipe = z.infer<typeof Recipe>;
export type RootfsRecipe = z.infer<typeof Rootfs>;

export const baseKinds = ['debian', 'cross', 'node', 'python', 'go'] as const;
/** `debian` is the layer that the build bases share, `cross` the tools for runtime bases of another platform. */
export type BaseKind = (typeof baseKinds)[number];
export type Runtime = Exclude<BaseKind, 'debian' | 'cross'>;

export async function readRecipe(templates: string, kind: BaseKind): Promise<Recipe> {
  return Recipe.parse(parse(await readFile(path.join(templates, 'base', kind, 'base.yaml'), 'utf8')));
}
