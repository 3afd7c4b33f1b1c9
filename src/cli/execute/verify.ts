import path from 'node:path';
import { signerText, type Signing } from '../../attest/signer-policy.ts';
import { isBuiltFirst } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageIn } from '../../catalog/image-name.ts';
import type { RecordedImage } from '../../catalog/quick-image.ts';
import { imageSource } from '../../catalog/source.ts';
import { entryOf } from '../../catalog-index/parse-catalog-index.ts';
import { openSurface } from '../../catalog-index/open-surface.ts';
import { usedSurfaceSha256 } from '../../catalog-index/used-surface.ts';
import type { Platform } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { ownTrustedRoot } from '../../trust/verdict.ts';
import { verifyImage } from '../../trust/verify-image.ts';
import type { Execute, Invocation } from '../command.ts';
import { verificationText, type Verification } from '../render/verification.ts';
import { engineOf, hostPlatform, platformOf } from './build-environment.ts';
import { oneServer } from './one-server.ts';
import { listedIndex, recordedImage, signingOf, sourceOf } from './view.ts';

/** 0: it holds, or needs no signature; 1: it does not hold, or nobody has signed it. */
export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const name = oneServer(invocation);
  const found = await verification(name, invocation);
  terminal.stdout.write(options.flag('json') ? jsonText(found) : verificationText(found));
  return found.state === 'refused' || found.state === 'unsigned' ? 1 : 0;
};

async function verification(name: string, invocation: Invocation): Promise<Verification> {
  const source = sourceOf(invocation);
  const { server, catalogIndex } = await listedIndex(invocation, name);
  const entry = entryOf(server);
  const image = imageSource(entry.source) ?? recordedImage(server.image);
  const signing = await signingOf(invocation, source);
  const here = await engineFacts(invocation);
  const built = isBuiltFirst(source) && imageSource(entry.source) === undefined;
  const builtHere = built && (await here.has(imageIn(source, name)));
  const common = {
    server: name,
    builtHere,
    digest: image?.digest ?? null,
    signer: signing === undefined ? null : signerText(signing),
  };
  if (imageSource(entry.source) !== undefined) return { ...common, state: 'elsewhere' };
  // A digest that is in no registry was computed beforehand; statements about it can only have come with a bundle.
  const isPublished = image?.repository !== undefined || invocation.options.flag('offline');
  if (image === undefined || (signing !== undefined && !isPublished))
    return { ...common, state: builtHere ? 'built-here' : 'unpublished' };
  if (signing === undefined) return { ...common, state: builtHere ? 'built-here' : 'unsigned' };
  const surface = (): Promise<string | undefined> =>
    surfaceUsed({ server, source, catalogIndex }, invocation);
  return { ...common, ...(await judgedNow({ entry, image, signing, surface, here, invocation })) };
}

interface Judging {
  readonly entry: Entry;
  readonly image: RecordedImage;
  readonly signing: Signing;
  /** SHA-256 of what is used, in hex. Rejects with `entry-invalid` for another one than the catalog says. */
  readonly surface: () => Promise<string | undefined>;
  readonly here: EngineFacts;
  readonly invocation: Invocation;
}

/** Of a folder the file as it is; of a catalog.json what it names, which the file must be. */
async function surfaceUsed(
  { server, source, catalogIndex }: Awaited<ReturnType<typeof listedIndex>>,
  { options, terminal: { env, host, signal } }: Invocation,
): Promise<string | undefined> {
  if (source.kind === 'folder') return usedSurfaceSha256(path.join(source.folder, server.name));
  const isAsked = source.kind === 'file' || !options.flag('offline');
  if (isAsked) await openSurface(server, { source, catalogIndex, cache: host.folders(env).cache, signal });
  return server.surface?.sha256;
}

async function judgedNow({ entry, image, signing, surface, here, invocation }: Judging) {
  const { options, terminal } = invocation;
  const { env, host, signal } = terminal;
  const { endpoint, platform } = here;
  const cache = host.folders(env).cache;
  const trustedRoot = ownTrustedRoot(env);
  const common = { entry, image, signing, endpoint, platform, cache, env, trustedRoot, signal };
  try {
    const subject = { ...common, surface: await surface() };
    const network = options.flag('offline') ? 'none' : 'allowed';
    const { statements, ...verdict } = await verifyImage({ ...subject, statements: 'all', network });
    const said = statements.map(({ statement: { predicateType, subject: about }, signer, at }) => ({
      predicateType,
      about: about.map(({ digest }) => `sha256:${digest['sha256'] ?? ''}`),
      signer,
      at: at ?? null,
    }));
    return { state: 'verified', ...verdict, platform, statements: said } as const;
  } catch (error) {
    if (!(error instanceof McpcatError) || !refusals.has(error.code)) throw error;
    return { state: 'refused', platform, reason: error.message, detail: error.detail } as const;
  }
}

/** `entry-invalid`: what lies beside the catalog is not what it names. */
const refusals: ReadonlySet<string> = new Set(['signature-refused', 'entry-invalid']);

interface EngineFacts {
  /** Empty without an engine. */
  readonly endpoint: string;
  readonly platform: Platform;
  readonly has: (reference: string) => Promise<boolean>;
}

/** Who signed what can be seen without an engine too; one that is named has to be there. */
async function engineFacts(invocation: Invocation): Promise<EngineFacts> {
  const { options } = invocation;
  const named = options.text('platform') === undefined ? undefined : platformOf(options);
  try {
    const engine = await engineOf(invocation);
    const { platform: ofEngine } = await engine.info();
    const platform = named ?? ofEngine;
    const has = async (reference: string): Promise<boolean> =>
      (await engine.inspectImage(reference)) !== undefined;
    return { endpoint: engine.endpoint, platform, has };
  } catch (error) {
    const isWrong = error instanceof McpcatError && error.code === 'usage';
    if (options.text('engine') !== undefined || isWrong) throw error;
    return { endpoint: '', platform: named ?? hostPlatform(), has: async () => Promise.resolve(false) };
  }
}
