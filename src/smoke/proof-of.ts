import type { Entry } from '../catalog/entry.ts';
import { permissionsOf, type Proof } from '../catalog/proof.ts';
import type { EngineInfo, ImageFacts } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import { isMet } from './expectations.ts';
import type { Probed } from './observation.ts';

/** Counts of what was verified. */
export interface Verified {
  /** Declared permissions that worked. */
  readonly works: number;
  /** Ways around them that were tried and failed. */
  readonly refused: number;
}

export function verifiedIn(probed: Probed | undefined): Verified {
  const met = (probed?.results ?? []).filter(({ expectation, answer }) =>
    isMet(expectation, answer, probed?.greeting ?? ''),
  );
  const works = met.filter(({ expectation: { expected } }) => expected === 'ok' || expected === 'greeting');
  return { works: works.length, refused: met.length - works.length };
}

/** What one run found out about an image. */
export interface Proving {
  readonly entry: Entry;
  readonly image: ImageFacts;
  readonly engine: EngineInfo;
  readonly isolation?: Isolation | undefined;
  readonly verified: Verified;
  readonly tools: number;
  /** sha256 of what is written as surface.json; undefined where none is. */
  readonly surface?: string | undefined;
  /** Names of the checks that found nothing. */
  readonly checks: readonly string[];
  readonly measured: Measured;
  /** When it was. */
  readonly date: Date;
}

/** Figures of one run: milliseconds and bytes. */
export interface Measured {
  readonly initializeMs: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly exitMs: number | undefined;
}

/** The content of `proof.json`. Pure. */
export function proofOf(proving: Proving): Proof {
  const { entry, image, engine, isolation, verified, tools, surface, checks, measured, date } = proving;
  return {
    proofVersion: 2,
    date: date.toISOString().slice(0, 10),
    image: { id: image.id, fingerprint: image.labels[label.fingerprint] ?? null },
    ...(image.labels[label.bases] === 'other' ? { bases: 'other' } : {}),
    engine: `${engine.name} ${engine.version}`,
    ...(isolation === undefined ? {} : { isolation: isolation.name }),
    permissions: permissionsOf(entry),
    ...verified,
    tools,
    ...(surface === undefined ? {} : { surface }),
    checks: [...checks],
    initializeMs: whole(measured.initializeMs),
    memoryBytes: whole(measured.memoryBytes),
    exitMs: whole(measured.exitMs),
  };
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
