import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LockedDeb } from '../debian/locked-deb.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import type { BaseKind } from './recipe.ts';

/** `templates/base/<kind>/lock.json`, written by `mcpcat base update`: what the base holds, by content. */
const BaseArtifact = z.strictObject({
  name: z.string(),
  version: z.string(),
  url: z.string(),
  algorithm: z.enum(['sha256', 'sha512']),
  hex: z.string(),
});
const PlatformLock = z.strictObject({
  build: z.array(LockedDeb).default([]),
  runtime: z.array(LockedDeb).default([]),
  artifacts: z.array(BaseArtifact).default([]),
});
const BaseLock = z.strictObject({
  lockVersion: z.literal(2),
  platforms: z.record(z.string(), PlatformLock),
});

export type BaseArtifact = z.infer<typeof BaseArtifact>;
export type PlatformLock = z.infer<typeof PlatformLock>;

const emptyLock: PlatformLock = { build: [], runtime: [], artifacts: [] };

function lockFile(templates: string, kind: BaseKind): string {
  return path.join(templates, 'base', kind, 'lock.json');
}

async function readAll(templates: string, kind: BaseKind): Promise<z.infer<typeof BaseLock>> {
  const text = await readFile(lockFile(templates, kind), 'utf8').catch(() => undefined);
  return text === undefined ? { lockVersion: 2, platforms: {} } : BaseLock.parse(JSON.parse(text));
}

/** Empty lists where the platform was never locked. */
export async function readBaseLock(
  templates: string,
  kind: BaseKind,
  platform: string,
): Promise<PlatformLock> {
  return (await readAll(templates, kind)).platforms[platform] ?? emptyLock;
}

export async function writeBaseLock(
  templates: string,
  { kind, platform, lock }: { kind: BaseKind; platform: string; lock: PlatformLock },
): Promise<void> {
  const all = await readAll(templates, kind);
  const platforms = Object.entries({ ...all.platforms, [platform]: lock }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  await writeWhole(
    lockFile(templates, kind),
    jsonText({ lockVersion: 2, platforms: Object.fromEntries(platforms) }),
  );
}
