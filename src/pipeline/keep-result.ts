import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readHistory, withTested, writeHistory, type Release, type Tested } from '../catalog/history.ts';
import { readLock } from '../catalog/read-lock.ts';
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
 * surface, which then is the reviewed one or one that the entry excuses, how the tools differ from those of the release
 * before, and the proof. An image that failed is no longer verified by what was said of it before.
 */
export async function keepResult(
  folder: string,
  { tools, surface, proof, image }: Pick<SmokeResult, 'tools' | 'surface' | 'proof' | 'image'>,
  use: ReviewUse,
): Promise<void> {
  if (proof === undefined) return dropProof(folder, image);
  // What is replaced may be damaged; then nobody knows what has changed.
  const reading = use === 'kept' ? readTools(folder) : readTools(folder).catch(() => undefined);
  const [before, releases] = await Promise.all([reading, readHistory(folder)]);
  const reviewed = use === 'kept' ? before : undefined;
  if (reviewed === undefined) await writeWhole(toolsFile(folder), jsonText({ tools }));
  if (surface === undefined) await rm(surfaceFile(folder), { force: true });
  else await writeWhole(surfaceFile(folder), surfaceText(surface));
  const offered = { date: proof.date, tools: reviewed ?? tools, before };
  await keepHistory(folder, releases, offered);
  await keepProof(folder, proof);
}

/** An image of somebody else's make has no lock, and no releases that are known here. */
async function keepHistory(
  folder: string,
  releases: readonly Release[],
  offered: Omit<Tested, 'version'>,
): Promise<void> {
  const { lock } = await readLock(path.join(folder, 'lock.json'), undefined);
  if (lock === undefined) return;
  const now = withTested(releases, { ...offered, version: lock.version });
  if (now !== releases) await writeHistory(folder, now);
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
