import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
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
  /** Names of the checks that found nothing. */
  readonly checks: readonly string[];
  readonly measured: Measured;
}

/** Figures of one run: milliseconds and bytes. */
export interface Measured {
  readonly initializeMs: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly exitMs: number | undefined;
}

/** Writes proof.json, unless the one that is there says the same but for its day, its measurements and this engine's name for the image. */
export async function keepProof(request: ProofRequest): Promise<void> {
  const { folder, entry, image, engine, proved, tools, checks, measured } = request;
  const proof: Proof = {
    proofVersion: 2,
    date: new Date().toISOString().slice(0, 10),
    image: { id: image.id, fingerprint: image.labels[label.fingerprint] ?? null },
    engine: `${engine.name} ${engine.version}`,
    permissions: permissionsOf(entry),
    ...proved,
    tools,
    checks: [...checks],
    initializeMs: whole(measured.initializeMs),
    memoryBytes: whole(measured.memoryBytes),
    exitMs: whole(measured.exitMs),
  };
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

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

/** An image that failed is no longer proved by what was said of it before. */
export async function dropProof({ folder, image }: Pick<ProofRequest, 'folder' | 'image'>): Promise<void> {
  const known = await readProof(folder);
  if (known === undefined) return;
  const same = known.image.id === image.id || known.image.fingerprint === image.labels[label.fingerprint];
  if (same) await rm(proofFile(folder), { force: true });
}
