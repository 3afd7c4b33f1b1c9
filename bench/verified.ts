/**
 * `npm run bench:verified -- [--runs N]`: what a start pays for verification. The image of `everything`, which must be
 * built, goes to a registry on loopback with everything that a start needs signed; then two catalogs that differ only in
 * naming the signer start it in turn (bench/pairs.ts; "after" is the signed one, verified and kept before). The first
 * look, which asks the registry, is measured alone. Signatures are by a key: of a certificate the look is a little longer,
 * what is kept of it is the same.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadServer } from '../src/catalog/load.ts';
import { pulledImage } from '../src/catalog/quick-image.ts';
import { catalogIndexText } from '../src/catalog-index/catalog-index.ts';
import { gatherCatalogIndex } from '../src/catalog-index/gather.ts';
import { usedSurfaceSha256 } from '../src/catalog-index/used-surface.ts';
import { pushImage } from '../src/registry/push.ts';
import { repackImage } from '../src/registry/repack/repack.ts';
import { verifyImage } from '../src/trust/verify-image.ts';
import { imageText } from '../test/catalog-index/rig.ts';
import { MemoryRegistry } from '../test/registry/memory-registry.ts';
import { client } from '../test/registry/rig.ts';
import { mcpcat, project, testEngine } from '../test/rig/engine.ts';
import { keySigner } from '../test/rig/key-signer.ts';
import { attached, payloads, requestFor } from '../test/trust/rig.ts';
import { median } from './quantile.ts';

const name = 'everything';
const repository = `bench/${name}`;
const signer = keySigner();
const engine = await testEngine();
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-bench-'));
await using registry = await new MemoryRegistry().listen();
const { host } = registry;

await using image = await repackImage(await engine.saveImage(`mcpcat/${name}:local`));
const { digest } = await pushImage(client(host), image, { repository, tags: [] });
const source = path.join(folder, 'catalog');
cpSync(path.join(project, 'catalog', name), path.join(source, name), { recursive: true });
writeFileSync(
  path.join(source, name, 'image.json'),
  imageText({ digest, repository: `${host}/${repository}` }),
);
const { entry } = await loadServer(source, name);
const surface = usedSurfaceSha256(path.join(source, name));
for (const payload of Object.values(payloads({ digest, manifests: [digest, digest] }, entry, surface)))
  await attached({ host, repository }, digest, signer.sign(payload));

const looks: number[] = [];
const cpus: number[] = [];
for (let run = 0; run < 11; run++) {
  const request = requestFor(
    { host, digest },
    { signing: signer.signing, cache: path.join(folder, String(run)) },
  );
  const place = { digest, repository: `${host}/${repository}` };
  const started = performance.now();
  const before = process.cpuUsage();
  await verifyImage({ ...request, entry, surface, image: place, platform: (await engine.info()).platform });
  const { user, system } = process.cpuUsage(before);
  if (run === 0) continue; // it loads modules
  looks.push(performance.now() - started);
  cpus.push((user + system) / 1000);
}
process.stdout.write(
  `first look, loopback: median ${median(looks).toFixed(0)} ms, ${median(cpus).toFixed(0)} ms of CPU with the registry’s\n`,
);

/** Not in this process's own turn: it is the registry. */
async function node(...words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}`);
}

const commandOf = async (file: string): Promise<string> => {
  const catalog = path.join(folder, file);
  writeFileSync(catalog, catalogIndexText((await gatherCatalogIndex(source)).catalogIndex));
  await node(mcpcat, 'pull', name, '--catalog', catalog);
  return `${process.execPath} ${mcpcat} run ${name} --quiet --catalog ${catalog}`;
};
const unsigned = await commandOf('unsigned.json');
writeFileSync(path.join(source, 'signing.json'), JSON.stringify(signer.signing));
const signed = await commandOf('signed.json');
const pairs = path.join(import.meta.dirname, 'pairs.ts');
await node(pairs, '--before', unsigned, '--after', signed, ...process.argv.slice(2));
await engine.removeImage(pulledImage(name, { digest }), { force: true });
rmSync(folder, { recursive: true, force: true });
