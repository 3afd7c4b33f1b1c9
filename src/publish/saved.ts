import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../lib/make-folder.ts';
import { imageRecordFile, readImageRecord } from '../catalog/image-record.ts';
import { proofFile, readProof, type Proof } from '../catalog/proof.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { readLayout } from '../registry/layout/read-layout.ts';
import { writeLayout } from '../registry/layout/write-layout.ts';
import type { ServerPackage } from './package.ts';

/**
 * Writes a package and its proof to `<folder>/<name>`: an OCI image layout with `image.json` and `proof.json` beside
 * it. So one machine can build and verify without being permitted to publish, and another the other way round.
 */
export async function savePackage(
  folder: string,
  { name, proof, content }: { readonly name: string; readonly proof: Proof; readonly content: ServerPackage },
): Promise<void> {
  await makeFolder(folder);
  const temporary = await mkdtemp(path.join(folder, `.${name}-`));
  try {
    await writeLayout(temporary, content);
    await writeFile(imageRecordFile(temporary), jsonText(content.record));
    await writeFile(proofFile(temporary), jsonText(proof));
    await rm(path.join(folder, name), { recursive: true, force: true });
    await rename(temporary, path.join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Names of the packages in a folder, sorted. */
export async function savedNames(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read the folder of saved images ${folder}`, { cause: error });
  });
  return found
    .filter((item) => item.isDirectory() && !item.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** A package that was saved, each byte checked, with the proof that came with it. */
export async function openPackage(
  folder: string,
  name: string,
): Promise<{ readonly content: ServerPackage; readonly proof: Proof | undefined }> {
  const place = path.join(folder, name);
  const record = await readImageRecord(place);
  if (record === undefined)
    throw new McpcatError('io-failed', `${place}: expected an image.json, found none that fits`);
  const { index, images } = await readLayout(place);
  const listed = Object.values(record.platforms).map(({ digest }) => digest);
  const held = images.map(({ manifest }): string => manifest.digest);
  if (record.digest !== index.digest || listed.toSorted().join() !== held.toSorted().join())
    throw new McpcatError(
      'integrity-mismatch',
      `${place}: image.json names other images than the ones beside it`,
    );
  const content = { images, index, record, [Symbol.asyncDispose]: async () => Promise.resolve() };
  return { content, proof: await readProof(place) };
}
