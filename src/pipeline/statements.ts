import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readVex } from '../advisories/vex.ts';
import type { Subject } from '../attest/make-statement.ts';
import { predicateType } from '../attest/predicates.ts';
import { provenanceOf, type Material } from '../attest/provenance.ts';
import { runProfileOf } from '../attest/run-profile.ts';
import { testResultOf } from '../attest/test-result.ts';
import type { ImageRecord } from '../catalog/image-record.ts';
import type { Proof } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { bytesIfThere } from '../lib/if-there.ts';
import { inventoryOf } from '../inventory/inventory.ts';
import type { Said } from '../publish/sign-image.ts';
import { cycloneDx } from '../sbom/cyclonedx.ts';
import { builderOf, checkoutOf, type Env } from './checkout.ts';

/** Where statements take from what the image does not say itself. */
export interface Origin {
  /** Folder of the bases' recipes and locks. */
  readonly templates: string;
  /** GitHub's variables tell the repository and the run. */
  readonly env: Env;
  /** Release of mcpcat. */
  readonly version: string;
}

interface Image {
  readonly record: ImageRecord;
  readonly proof: Proof;
}

/**
 * What is said of a server's image, on one's honour: that it is ours, what it was built from, what is in it, what the
 * test has seen, what it is permitted, and which known holes are none. What was seen on one platform is said of that
 * platform alone, and of the index.
 */
export async function statementsOf(server: Server, image: Image, origin: Origin): Promise<readonly Said[]> {
  const { record, proof } = image;
  if (proof.bases === 'other')
    throw new McpcatError(
      'image-unverified',
      `${server.entry.name}: it was built on other bases than the locked ones, of which nothing can be stated`,
    );
  const all = subjectsOf(server, record);
  const vex = await vexOf(server);
  return [
    { predicateType: predicateType.signature, predicate: {}, subjects: all },
    await provenance(server, { image, origin, all }),
    {
      predicateType: predicateType.runProfile,
      predicate: runProfileOf(server.entry, proof.surface),
      subjects: all,
    },
    testResult(server, image),
    ...(await sboms(server, { record, origin })),
    ...(vex === undefined ? [] : [{ predicateType: predicateType.vex, predicate: vex, subjects: all }]),
  ];
}

type Subjects = Said['subjects'];

function subjectsOf({ entry }: Server, { digest, platforms }: ImageRecord): Subjects {
  const images = Object.values(platforms).map((platform): Subject => ({
    name: entry.name,
    digest: platform.digest,
  }));
  return [{ name: entry.name, digest }, ...images];
}

async function provenance(
  server: Server,
  { image, origin, all }: { readonly image: Image; readonly origin: Origin; readonly all: Subjects },
): Promise<Said> {
  const { lock, entry, folder } = server;
  if (lock === undefined) throw new Error('Internal error: an image without a lock was published');
  const { templates, env, version } = origin;
  const files = await materialFiles(server, templates);
  const platforms = Object.entries(image.record.platforms);
  const fingerprints = Object.fromEntries(platforms.map(([name, { fingerprint }]) => [name, fingerprint]));
  const predicate = provenanceOf({
    server: entry.name,
    source: lock.source,
    version: lock.version,
    fingerprints,
    materials: files.map(({ material }) => material),
    checkout: await checkoutOf(folder, { files: files.map(({ file }) => file), env }),
    builder: builderOf(env, version),
  });
  return { predicateType: predicateType.provenance, predicate, subjects: all, same: fingerprints };
}

interface MaterialFile {
  readonly file: string;
  readonly material: Material;
}

/** The files that decide what is in an image: the entry's, its locks, and the bases'. */
async function materialFiles({ entry, folder, lock }: Server, templates: string): Promise<MaterialFile[]> {
  const ofEntry = ['server.yaml', 'lock.json', 'package-lock.json', 'requirements.txt', 'go.mod', 'go.sum'];
  const bases = ['debian', 'cross', lock?.runtime ?? ''];
  const files = [
    ...ofEntry.map((file) => ({ file: path.join(folder, file), name: `catalog/${entry.name}/${file}` })),
    ...bases.map((kind) => ({
      file: path.join(templates, 'base', kind, 'lock.json'),
      name: `templates/base/${kind}/lock.json`,
    })),
  ];
  const found: MaterialFile[] = [];
  for (const { file, name } of files) {
    const bytes = await bytesIfThere(file);
    if (bytes !== undefined) found.push({ file, material: { name, sha256: sha256(bytes) } });
  }
  return found;
}

/** Of the index, and of the image that was tested. */
function testResult({ entry }: Server, { record, proof }: Image): Said {
  const { fingerprint } = proof.image;
  const tested = Object.values(record.platforms).filter((platform) => platform.fingerprint === fingerprint);
  return {
    predicateType: predicateType.testResult,
    predicate: testResultOf(proof, sha256(jsonText(proof))),
    subjects: [
      { name: entry.name, digest: record.digest },
      ...tested.map(({ digest }) => ({ name: entry.name, digest })),
    ],
  };
}

async function sboms(
  server: Server,
  { record, origin: { templates } }: { readonly record: ImageRecord; readonly origin: Origin },
): Promise<Said[]> {
  return Promise.all(
    Object.entries(record.platforms).map(async ([name, { digest }]): Promise<Said> => {
      const platform = name === 'linux/arm64' ? name : 'linux/amd64';
      const inventory = await inventoryOf(server, { templates, platform });
      const predicate: unknown = JSON.parse(cycloneDx(inventory));
      return {
        predicateType: predicateType.sbom,
        predicate,
        subjects: [{ name: server.entry.name, digest }],
      };
    }),
  );
}

/** As it lies beside the entry, once it reads as one. */
async function vexOf({ folder }: Server): Promise<unknown> {
  if ((await readVex(folder)) === undefined) return undefined;
  return JSON.parse(await readFile(path.join(folder, 'vex.json'), 'utf8'));
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
