import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readImageRecord } from '../catalog/image-record.ts';
import { readProof } from '../catalog/proof.ts';
import { McpcatError } from '../lib/errors.ts';
import { savedNames } from './saved.ts';

/** What a job was given to build. */
export interface Dealt {
  readonly shard: number;
  readonly names: readonly string[];
}

/** The folder of a server that its jobs agree on, or why there is none. */
export type Verdict =
  | { readonly name: string; readonly folder: string }
  | { readonly name: string; readonly refusal: McpcatError };

/** Jobs that must have built the same: one that was taken over can't speak for the other. */
const fewest = 2;

const Matrix = z.object({
  include: z.array(z.object({ shard: z.int().positive(), names: z.string() })),
});

/** The matrix as `mcpcat plan --matrix` printed it: names as one text. Throws `usage`. */
export function parseDealt(text: string): Dealt[] {
  try {
    const { include } = Matrix.parse(JSON.parse(text));
    return include.map(({ shard, names }) => ({ shard, names: names.split(' ').filter(Boolean) }));
  } catch (error) {
    throw new McpcatError('usage', 'what was dealt: expected the matrix of mcpcat plan', { cause: error });
  }
}

/** Where the package of a job is: `<folder>/built-<shard>`, as the workflow names its artifacts. */
function placeOf(folder: string, shard: number): string {
  return path.join(folder, `built-${String(shard)}`);
}

/**
 * What jobs have saved, judged by who may publish: a job brings the servers that it was dealt and no others, and two jobs
 * must have the same digest of each, and a proof of it. The same inputs give the same bytes, so honest ones do. Whatever
 * does not fit is refused, server by server.
 */
export async function agreedPackages(folder: string, dealt: readonly Dealt[]): Promise<Verdict[]> {
  const brought = await Promise.all(
    dealt.map(async ({ shard, names }) => {
      const saved = await savedNames(placeOf(folder, shard)).catch((): string[] => []);
      return { shard, names, saved };
    }),
  );
  const nonProtocolLines = brought.flatMap(({ shard, names, saved }) =>
    saved.filter((name) => !names.includes(name)).map((name) => foreign(name, shard)),
  );
  const folders = await savedNames(folder).catch((): string[] => []);
  const unknown = folders.filter(
    (name) => !dealt.some(({ shard }) => name === path.basename(placeOf(folder, shard))),
  );
  const wanted = [...new Set(dealt.flatMap(({ names }) => names))].toSorted();
  const verdicts = wanted.map((name) => {
    const holders = brought.filter(({ names }) => names.includes(name));
    const places = holders.map(({ shard }) => path.join(placeOf(folder, shard), name));
    return judged(name, places);
  });
  return [
    ...(await Promise.all(verdicts)),
    ...nonProtocolLines,
    ...unknown.map((name) => foreign(name, undefined)),
  ];
}

function foreign(name: string, shard: number | undefined): Verdict {
  const message =
    shard === undefined
      ? `${name}: this folder belongs to no job that was planned`
      : `${name}: job ${String(shard)} has brought it, and it was not dealt to that job`;
  return { name, refusal: new McpcatError('image-unverified', message) };
}

async function judged(name: string, places: readonly string[]): Promise<Verdict> {
  const found = await Promise.all(
    places.map(async (place) => ({
      place,
      record: await readImageRecord(place),
      proof: await readProof(place),
    })),
  );
  const whole = found.flatMap(({ place, record, proof }) =>
    record === undefined || proof === undefined ? [] : [{ place, record, proof }],
  );
  const [first, ...others] = whole;
  if (first === undefined || whole.length < found.length || whole.length < fewest)
    return { name, refusal: missing(name, { found: whole.length, of: found.length }) };
  const same = ({ record, proof }: typeof first): unknown => [
    record.digest,
    record.inputs,
    record.platforms,
    proof.image.fingerprint,
    proof.permissions,
  ];
  if (others.every((other) => isDeepStrictEqual(same(other), same(first))))
    return { name, folder: path.dirname(first.place) };
  const digests = whole.map(({ record }) => record.digest).join(', ');
  return {
    name,
    refusal: new McpcatError(
      'integrity-mismatch',
      `${name}: its jobs do not agree on what it is: ${digests}`,
      {
        hint: 'the same inputs give the same bytes: build it twice on one machine, and compare',
      },
    ),
  };
}

function missing(name: string, { found, of }: { readonly found: number; readonly of: number }): McpcatError {
  const message = `${name}: expected it built and verified by ${String(Math.max(of, fewest))} jobs, found ${String(found)}`;
  return new McpcatError('image-unverified', message);
}
