import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod/mini';
import type { Host } from '../../host/host.ts';
import { McpcatError } from '../../lib/errors.ts';
import { keepNow } from '../../lib/write-now.ts';
import { imageManifestIn, indexIn, indexTypes, type Manifest } from '../../registry/content/manifest.ts';
import { getManifest } from '../../registry/content/manifests.ts';
import { readBlob } from '../../registry/content/read-blob.ts';
import { hexOf } from '../../registry/digest.ts';
import { parseReference } from '../../registry/reference.ts';
import { Registry } from '../../registry/registry.ts';
import type { ImageFacts } from '../engine.ts';

const words = z.nullish(z.array(z.string()));
/** OCI image specification, "Image Configuration". */
const ImageConfig = z.object({
  created: z.optional(z.string()),
  os: z.string(),
  architecture: z.string(),
  config: z.optional(
    z.object({
      User: z.optional(z.string()),
      Entrypoint: words,
      Cmd: words,
      Env: words,
      Labels: z.nullish(z.record(z.string(), z.string())),
      Volumes: z.nullish(z.record(z.string(), z.unknown())),
    }),
  ),
});

type Config = z.infer<typeof ImageConfig>;

interface Reading {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: Pick<Host, 'owns'>;
  /** Where what was read is kept: a digest says the same for ever. */
  readonly cache: string;
}

/** Which of an index says how it is started: they differ in the processor alone. */
const preferred = 'amd64';
const maxBytes = 4 << 20;

/** What an image's configuration says, from its registry; a cluster has no word for that. Rejects with `image-missing`, `registry-…`. */
export async function imageFacts(reference: string, reading: Reading): Promise<ImageFacts> {
  const { digest } = parseReference(reference);
  if (digest === undefined)
    throw new McpcatError('usage', `expected an image by its digest, found ${reference}`);
  const file = path.join(reading.cache, 'kubernetes', 'images', `${hexOf(digest)}.json`);
  const kept = persisted(file, reading.host);
  if (kept !== undefined) return factsOf(kept, reference);
  const config = parsed(await fetched(reference, reading), reference);
  keepNow(file, config);
  return factsOf(config, reference);
}

async function fetched(text: string, { env }: Reading): Promise<string> {
  const { host, repository, digest } = parseReference(text);
  const registry = new Registry(host, { env });
  const found = await getManifest(registry, repository, String(digest));
  const chosen = chosenOf(found, text);
  const manifest = chosen === undefined ? found : await getManifest(registry, repository, chosen);
  const { config } = imageManifestIn(manifest, text);
  if (config.size > maxBytes)
    throw new McpcatError('registry-failed', `${text}: its configuration is too large`);
  const parts: Uint8Array[] = [];
  for await (const part of readBlob(registry, repository, config)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Undefined where it is no index. */
function chosenOf(found: Manifest, text: string): string | undefined {
  if (!indexTypes.has(found.mediaType)) return undefined;
  const images = indexIn(found, text).manifests.filter(({ artifactType }) => artifactType === undefined);
  const one = images.find(({ platform }) => platform?.architecture === preferred) ?? images[0];
  if (one !== undefined) return one.digest;
  throw new McpcatError('image-missing', `${text}: its index names no image`);
}

function parsed(text: string, reference: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const found = ImageConfig.safeParse(value);
  if (found.success) return found.data;
  throw new McpcatError(
    'registry-failed',
    `${reference}: expected an image configuration, found something else`,
  );
}

function factsOf({ created, os, architecture, config = {} }: Config, reference: string): ImageFacts {
  return {
    id: reference.slice(reference.indexOf('@') + 1),
    tags: [],
    digests: [reference],
    labels: config.Labels ?? {},
    bytes: 0,
    platform: `${os}/${architecture}`,
    created: created ?? '',
    user: config.User ?? '',
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    env: config.Env ?? [],
    volumes: Object.keys(config.Volumes ?? {}),
  };
}

/** A file of another user is not believed: what it says is what is started. */
function persisted(file: string, host: Reading['host']): Config | undefined {
  try {
    if (!host.owns(statSync(file))) return undefined;
    return ImageConfig.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // asked anew
  }
}
