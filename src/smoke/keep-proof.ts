import { rm } from 'node:fs/promises';
import type { Entry } from '../catalog/entry.ts';
import { permissionsOf, proofFile, readProof, type Proof } from '../catalog/proof.ts';
import type { EngineInfo, ImageFacts } from '../engine/engine.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import { label } from '../lib/labels.ts';
import { isMet } from './expectations.ts';
import type { Probed } from './observation.ts';

/** Counts of what was proved. */
export interface Proved {
  /** Declared permissions that worked. */
  readonly works: number;
  /** Ways around them that were tried and failed. */
  readonly refused: number;
}

export function provedIn(probed: Probed | undefined): Proved {
  const met = (probed?.results ?? []).filter(({ expectation, answer }) =>
    isMet(expectation, answer, probed?.greeting ?? ''),
  );
  const works = met.filter(({ expectation: { expected } }) => expected === 'ok' || expected === 'greeting');
  return { works: works.length, refused: met.length - works.length };
}

export interface ProofRequest {
  /** Of the entry. */
  readonly folder: string;
  readonly entry: Entry;
  readonly image: ImageFacts;
  readonly engine: EngineInfo;
  readonly proved: Proved;
  readonly tools: number;
}

/** Writes proof.json, unless the one that is there says the same but for its day and this engine's name for the image. */
export async function keepProof(request: ProofRequest): Promise<void> {
  const { folder, entry, image, engine, proved, tools } = request;
  const proof: Proof = {
    proofVersion: 1,
    date: new Date().toISOString().slice(0, 10),
    image: { id: image.id, fingerprint: image.labels[label.fingerprint] ?? null },
    engine: `${engine.name} ${engine.version}`,
    permissions: permissionsOf(entry),
    ...proved,
    tools,
  };
  const known = await readProof(folder);
  if (known !== undefined && saysTheSame(known, proof)) return;
  await writeWhole(proofFile(folder), jsonText(proof));
}

function saysTheSame(known: Proof, proof: Proof): boolean {
  const id = proof.image.fingerprint === null ? proof.image.id : known.image.id;
  const aligned = { ...proof, date: known.date, image: { ...proof.image, id } };
  return JSON.stringify(known) === JSON.stringify(aligned);
}

/** An image that failed is no longer proved by what was said of it before. */
export async function dropProof({ folder, image }: Pick<ProofRequest, 'folder' | 'image'>): Promise<void> {
  const known = await readProof(folder);
  if (known === undefined) return;
  const same = known.image.id === image.id || known.image.fingerprint === image.labels[label.fingerprint];
  if (same) await rm(proofFile(folder), { force: true });
}
