import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { proofFile, readProof, type Proof } from '../catalog/proof.ts';
import { readTools, toolsFile } from '../catalog/tools.ts';
import type { ImageFacts } from '../engine/engine.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import { label } from '../lib/labels.ts';
import type { SmokeRequest, SmokeResult } from '../smoke/smoke-test.ts';
import { readSurfaceFile, surfaceFile } from '../surface/read-surface.ts';
import { surfaceText } from '../surface/surface-text.ts';

/** `kept`: the tools are compared with those that were reviewed; `replaced`: whatever they are, they are reviewed now. */
export type ReviewUse = 'kept' | 'replaced';

/** What a test is to compare with: tools and surface. */
export async function reviewedOffer(
  folder: string,
  use: ReviewUse,
): Promise<Pick<SmokeRequest, 'reviewed' | 'reviewedSurface'>> {
  if (use === 'replaced') return { reviewed: undefined, reviewedSurface: undefined };
  const [reviewed, reviewedSurface] = await Promise.all([readTools(folder), readSurfaceFile(folder)]);
  return { reviewed, reviewedSurface };
}

/**
 * Writes what a test found into the entry's folder: the tools, where none were reviewed or they are replaced, the
 * surface, which then is the reviewed one or one that the entry excuses, and the proof. An image that failed is no longer verified by what was said of it before.
 */
export async function keepResult(
  folder: string,
  { tools, surface, proof, image }: Pick<SmokeResult, 'tools' | 'surface' | 'proof' | 'image'>,
  use: ReviewUse,
): Promise<void> {
  if (proof === undefined) return dropProof(folder, image);
  const reviewed = use === 'kept' ? await readTools(folder) : undefined;
  if (reviewed === undefined) await writeWhole(toolsFile(folder), jsonText({ tools }));
  if (surface === undefined) await rm(surfaceFile(folder), { force: true });
  else await writeWhole(surfaceFile(folder), surfaceText(surface));
  await keepProof(folder, proof);
}

/** Leaves a proof that says the same but for its day, its measurements and this engine's name for the image. */
export async function keepProof(folder: string, proof: Proof): Promise<void> {
  const known = await readProof(folder);
  if (known !== undefined && saysTheSame(known, proof)) return;
  await writeWhole(proofFile(folder), jsonText(proof));
}

function saysTheSame(known: Proof, proof: Proof): boolean {
  const id = proof.image.fingerprint === null ? proof.image.id : known.image.id;
  const { date, initializeMs, memoryBytes, exitMs } = known;
  const aligned = { ...proof, date, initializeMs, memoryBytes, exitMs, image: { ...proof.image, id } };
  return isDeepStrictEqual(known, aligned);
}

async function dropProof(folder: string, image: ImageFacts): Promise<void> {
  const known = await readProof(folder);
  if (known === undefined) return;
  const same = known.image.id === image.id || known.image.fingerprint === image.labels[label.fingerprint];
  if (same) await rm(proofFile(folder), { force: true });
}
