import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';
import { canonicalJson } from '../content/manifest.ts';
import type { Digest } from '../digest.ts';

const strings = z.nullish(z.array(z.string()));
const names = z.nullish(z.record(z.string(), z.unknown()));

/** What of an engine's image configuration says how to run it; all that tells of one build is left out. */
const SavedConfig = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.optional(z.string()),
  config: z.nullish(
    z.object({
      User: z.nullish(z.string()),
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: z.nullish(z.string()),
      StopSignal: z.nullish(z.string()),
      ExposedPorts: names,
      Volumes: names,
      Labels: z.nullish(z.record(z.string(), z.string())),
    }),
  ),
});

export interface ImagePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/**
 * The canonical configuration: sorted keys, `created` = epoch, and one plain history line per layer, because an
 * engine's history differs by builder and time.
 */
export function canonicalConfig(
  saved: string,
  {
    diffIds,
    epoch,
  }: {
    readonly diffIds: readonly Digest[];
    readonly epoch: number;
  },
): { readonly bytes: Buffer<ArrayBuffer>; readonly platform: ImagePlatform } {
  const parsed = SavedConfig.safeParse(JSON.parse(saved));
  if (!parsed.success)
    throw new McpcatError('io-failed', 'image archive: its configuration is not of an image');
  const { architecture, os, variant, config } = parsed.data;
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  const { Labels: labels, ...said } = config ?? {};
  const bytes = canonicalJson({
    ...platform,
    created: new Date(epoch * 1000).toISOString().replace('.000Z', 'Z'),
    config: Object.fromEntries(
      Object.entries({ ...said, Labels: ownLabels(labels) }).filter(([, value]) => !isEmpty(value)),
    ),
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created_by: 'mcpcat' })),
  });
  return { bytes, platform };
}

/** Without what Podman's builder says of itself (buildah, `define.BuilderIdentityAnnotation`). */
function ownLabels(labels: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => name !== 'io.buildah.version'));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
