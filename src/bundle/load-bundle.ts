import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { catalogBundleFile } from '../attest/catalog-bundle-file.ts';
import type { Signing } from '../attest/signer-policy.ts';
import { pulledImage } from '../catalog/quick-image.ts';
import type { CatalogIndex, ListedServer } from '../catalog-index/catalog-index.ts';
import { checkedCatalog, unsignedCatalog } from '../catalog-index/catalog-signature.ts';
import type { CatalogTrust } from '../catalog-index/catalog-trust.ts';
import { entryOf, parseCatalogIndex } from '../catalog-index/parse-catalog-index.ts';
import type { Engine, Platform } from '../engine/engine.ts';
import { digest as nameOf } from '../lib/digest.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { writeWhole } from '../lib/folders.ts';
import { ownValue } from '../lib/own-value.ts';
import { imageManifestIn, type Manifest, type PlatformDescriptor } from '../registry/content/manifest.ts';
import { parseDigest, type Digest } from '../registry/digest.ts';
import { archiveOf } from '../registry/load-archive.ts';
import { chosenManifest } from '../registry/pull.ts';
import { FileWindow } from '../registry/repack/file-window.ts';
import { keepJudged } from '../trust/verify-image.ts';
import { trustedRoot } from '../trust/trusted-root.ts';
import { ownTrustedRoot } from '../trust/verdict.ts';
import { attachedStatements } from './attached-statements.ts';
import { BundleArchive } from './bundle-archive.ts';
import { bundlePlace } from './bundle-file.ts';

export interface LoadRequest {
  readonly file: string;
  readonly engine: Pick<Engine, 'endpoint' | 'info' | 'inspectImage' | 'loadImage'>;
  readonly trust: CatalogTrust;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
}

export interface LoadedBundle {
  /** The catalog that it came with, as it is kept here. */
  readonly catalog: string;
  /** Null where its user does without. */
  readonly signing: Signing | null;
  readonly servers: readonly { readonly name: string; readonly image: string; readonly digest: string }[];
}

interface Opened extends LoadRequest {
  readonly archive: BundleArchive;
  /** The very text that was held against its signature. */
  readonly text: string;
  readonly catalogIndex: CatalogIndex;
  /** All that the bundle's layout names. */
  readonly listed: readonly PlatformDescriptor[];
  readonly platform: Platform;
}

/**
 * Brings the servers of a bundle onto this machine: its catalog is held against its signature, each image against what
 * the catalog's signer has said of it, and only then is anything loaded. No network is used, and the trusted root is this
 * machine's, not the bundle's. Rejects with `signature-refused`, `catalog-expired`, `integrity-mismatch` or `io-failed`.
 */
export async function loadBundle(request: LoadRequest): Promise<LoadedBundle> {
  const { file, engine, trust } = request;
  await using handle = await open(file).catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read ${file}: ${messageOf(error)}`, {
      hint: 'name the file of a bundle, as mcpcat bundle create writes it',
      cause: error,
    });
  });
  const archive = await BundleArchive.open(file, new FileWindow(handle));
  const facts = await archive.facts();
  const text = (await archive.text(bundlePlace.catalog)) ?? '';
  const catalogIndex = await signedCatalogOf(text, archive, request);
  const { platform } = await engine.info();
  const listed = await archive.listed();
  const opened: Opened = { ...request, archive, text, catalogIndex, listed, platform };
  const chosen = [];
  for (const [name, { digest }] of Object.entries(facts.servers))
    chosen.push(await chosenServer(name, parseDigest(digest, name), opened));
  if (trust.unsigned !== 'accepted') await judgeAll(chosen, opened);
  for (const { manifest, image, name } of chosen) {
    const content = archiveOf(imageManifestIn(manifest, name), image, (blob) => archive.blob(blob));
    await engine.loadImage(Readable.from(content, { objectMode: false }));
  }
  const catalog = await keepCatalog(opened);
  const servers = chosen.map(({ name, image, index: { digest } }) => ({ name, image, digest }));
  return { catalog, signing: catalogIndex.signing ?? null, servers };
}

/** A bundle has no address: what was seen before is kept for its signer. */
async function signedCatalogOf(
  text: string,
  archive: BundleArchive,
  { file, trust, ...checking }: LoadRequest,
): Promise<CatalogIndex> {
  const catalogIndex = parseCatalogIndex(text, `${file}: ${bundlePlace.catalog}`);
  const { signing } = catalogIndex;
  if (signing === undefined && trust.unsigned !== 'accepted') throw unsignedCatalog(`in ${file}`);
  const signature = await archive.text(catalogBundleFile(bundlePlace.catalog));
  const url = `bundle:${JSON.stringify(signing ?? null)}`;
  await checkedCatalog(
    { url, text, signing, signature, called: `in ${file}` },
    { trust, ...checking, network: 'none' },
  );
  return catalogIndex;
}

interface ChosenServer {
  readonly name: string;
  readonly server: ListedServer;
  /** What the catalog names. */
  readonly index: Manifest;
  /** What runs. */
  readonly manifest: Manifest;
  /** The name that it gets in the engine. */
  readonly image: string;
}

async function chosenServer(
  name: string,
  digest: Digest,
  { archive, catalogIndex, listed, platform, file }: Opened,
): Promise<ChosenServer> {
  const server = ownValue(catalogIndex.servers, name);
  const named = server?.image?.digest;
  if (server === undefined || named !== digest)
    throw new McpcatError(
      'signature-refused',
      `${file}: ${name}: expected the image ${named ?? 'of a server of its catalog'}, found ${digest}`,
      { hint: 'nothing was loaded' },
    );
  const root = listed.find((one) => one.digest === digest);
  const index = await archive.manifest(digest, root?.mediaType ?? '');
  const chosen = chosenManifest(index, { platform, subject: `${file}: ${name}` });
  const manifest = chosen === digest ? index : await archive.manifest(chosen, '');
  return { name, server, index, manifest, image: pulledImage(name, { digest }) };
}

/** The verdicts are kept as if a registry had been asked. Throws what `judged` throws. */
async function judgeAll(
  chosen: readonly ChosenServer[],
  { archive, catalogIndex: { signing }, listed, engine, cache, trust, file }: Opened,
): Promise<void> {
  if (signing === undefined) throw unsignedCatalog(`in ${file}`);
  const attached = await archive.attached(listed);
  const root = await trustedRoot({ env: trust.env, cache, network: 'none' });
  for (const { server, index, manifest } of chosen) {
    const { digest } = index;
    const about = [...new Set([digest, manifest.digest])].flatMap((one) => attached.get(one) ?? []);
    const subject = {
      entry: entryOf(server),
      image: { digest, repository: server.image?.repository ?? undefined },
      signing,
      surface: server.surface?.sha256,
      endpoint: engine.endpoint,
      trustedRoot: ownTrustedRoot(trust.env),
      cache,
    };
    const said = await attachedStatements(archive, about);
    await keepJudged(subject, { digest, manifest: manifest.digest, named: index, ...said }, root);
  }
}

/** What the catalog names by hash is held against it when it is read. */
async function keepCatalog({ archive, text, catalogIndex, trust }: Opened): Promise<string> {
  const folder = path.join(trust.data, 'bundles', nameOf(text));
  const tools = `mcpcat/${catalogIndex.toolsFolder}/`;
  for (const name of archive.texts.filter((one) => one.startsWith(tools)))
    await writeWhole(
      path.join(folder, catalogIndex.toolsFolder, path.basename(name)),
      (await archive.text(name)) ?? '',
    );
  const file = path.join(folder, 'catalog.json');
  await writeWhole(file, text);
  return file;
}
