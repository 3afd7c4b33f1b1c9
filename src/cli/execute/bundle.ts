import path from 'node:path';
import { bundlePlace } from '../../bundle/bundle-file.ts';
import { gatherImage, type GatheredImage } from '../../bundle/gather-image.ts';
import { gatheredEvidence } from '../../bundle/gathered-evidence.ts';
import { writeBundle, type BundledServer } from '../../bundle/write-bundle.ts';
import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { entryOf } from '../../catalog-index/parse-catalog-index.ts';
import type { Platform } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { megabytes } from '../../lib/size.ts';
import { parseDigest } from '../../registry/digest.ts';
import { mirrored } from '../../registry/mirrored.ts';
import { parseReference } from '../../registry/reference.ts';
import { Registry } from '../../registry/registry.ts';
import { trustedRoot, trustedRootFor } from '../../trust/trusted-root.ts';
import { ownTrustedRoot } from '../../trust/verdict.ts';
import { keepJudged } from '../../trust/verify-image.ts';
import type { Execute, Invocation } from '../command.ts';
import { loadBundleFile } from './bundle-load.ts';
import { bundledCatalog, type BundledCatalog } from './bundle-catalog.ts';
import { recordedImage } from './view.ts';

export const execute: Execute = async (invocation) => {
  const [verb, file, ...more] = invocation.positionals;
  if (verb === 'create') return create(invocation);
  if (verb === 'load' && file !== undefined && more.length === 0) return loadBundleFile(file, invocation);
  throw new McpcatError(
    'usage',
    `expected "bundle create NAME…" or "bundle load FILE", found "${['bundle', ...invocation.positionals].join(' ')}"`,
  );
};

async function create(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const out = options.text('out');
  if (out === undefined) throw new McpcatError('usage', 'expected --out FILE');
  const { env, host, signal } = terminal;
  const catalog = await bundledCatalog(invocation);
  const servers: BundledServer[] = [];
  for (const server of catalog.servers) servers.push(await bundled(server, { invocation, catalog }));
  const cache = host.folders(env).cache;
  const root = await trustedRoot({ env, cache, network: 'allowed' });
  const texts = new Map<string, string>([...catalog.texts, [bundlePlace.trustedRoot, root]]);
  const file = path.resolve(out);
  const { bytes } = await writeBundle(file, { servers, texts, signal, onProgress: shown(invocation) });
  const signed = catalog.catalogIndex.signing !== undefined;
  const platforms = [...new Set(servers.flatMap(({ image }) => image.platforms))].toSorted();
  const facts = { file, bytes, servers: servers.map(({ name }) => name), platforms, signed };
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : `${sentence(facts)}\n`);
  return 0;
}

interface Bundling {
  readonly invocation: Invocation;
  readonly catalog: BundledCatalog;
}

/** The image of a server with what is said of it; where the catalog names a signer, only what holds goes in. */
async function bundled(server: ListedServer, context: Bundling): Promise<BundledServer> {
  const { options, terminal } = context.invocation;
  const { env, signal } = terminal;
  const { name, image } = server;
  const repository = image?.repository ?? undefined;
  if (image === null || repository === undefined)
    throw new McpcatError('image-missing', `${name}: its image is in no registry yet`, {
      hint: `mcpcat publish ${name}`,
    });
  const platforms = options.list('platform');
  const { host, repository: place } = parseReference(mirrored(repository, env));
  const gathered = await gatherImage({
    registry: new Registry(host, { env, signal }),
    repository: place,
    digest: parseDigest(image.digest, name),
    platforms: platforms.length === 0 ? undefined : [...new Set(platforms)],
  });
  await verified(server, gathered, context);
  return { name, repository, image: gathered };
}

async function verified(
  server: ListedServer,
  gathered: GatheredImage,
  { invocation: { terminal }, catalog }: Bundling,
): Promise<void> {
  const { signing } = catalog.catalogIndex;
  const image = recordedImage(server.image);
  if (signing === undefined || image === undefined) return;
  const { env, host } = terminal;
  const cache = host.folders(env).cache;
  const [root, evidenceFor] = await Promise.all([
    trustedRootFor(signing, { env, cache, network: 'allowed' }),
    gatheredEvidence(gathered, server.name),
  ]);
  const subject = {
    entry: entryOf(server),
    image,
    signing,
    surface: server.surface?.sha256,
    endpoint: '',
    trustedRoot: ownTrustedRoot(env),
    cache,
  };
  for (const platform of gathered.platforms)
    await keepJudged(subject, evidenceFor(platformIn(platform, server.name)), root);
}

function platformIn(text: string, name: string): Platform {
  if (text === 'linux/amd64' || text === 'linux/arm64') return text;
  throw new McpcatError('image-missing', `${name}: expected linux/amd64 or linux/arm64, found ${text}`);
}

/** One line each tenth, for whoever waits. */
function shown({ options, terminal }: Invocation): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const tenth = Math.floor((done / total) * 10);
    if (options.flag('quiet') || tenth === last) return;
    last = tenth;
    terminal.stderr.write(`mcpcat: ${String(tenth * 10)} % of ${megabytes(total)}\n`);
  };
}

interface Facts {
  readonly file: string;
  readonly bytes: number;
  readonly servers: readonly string[];
  readonly platforms: readonly string[];
  readonly signed: boolean;
}

function sentence({ file, bytes, servers, platforms, signed }: Facts): string {
  const trust = signed ? 'each verified' : 'NOT SIGNED: the catalog names no signer';
  return `${file}: ${servers.join(', ')} for ${platforms.join(' and ')}, ${megabytes(bytes)}; ${trust}`;
}
