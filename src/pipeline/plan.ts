import { gatedHoles, gatedHoleText } from '../advisories/hole-gate.ts';
import { readScanRecord } from '../advisories/scan-record.ts';
import { readImageRecord } from '../catalog/image-record.ts';
import type { Server } from '../catalog/server.ts';
import { imageSource } from '../catalog/source.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { pool } from '../lib/pool.ts';
import { releaseOf } from '../publish/release.ts';
import type { RepositoryRoot } from '../publish/target.ts';
import { headManifest } from '../registry/content/manifests.ts';
import { estimateSeconds } from './estimate.ts';
import type { BuildEnvironments } from './platforms.ts';
import { variantsOf } from './variants.ts';

export interface Planned {
  readonly name: string;
  /** `blocked`: it can't be built as it is. */
  readonly state: 'due' | 'current' | 'blocked';
  /** Why, in a few words. */
  readonly reason: string;
  readonly estimateSeconds: number;
  /** Tag that stands for what it is built from; undefined if it is blocked. */
  readonly inputs: string | undefined;
}

export interface PlanRequest {
  readonly servers: readonly Server[];
  readonly buildEnvironments: BuildEnvironments;
  /** Undefined: the records beside the entries are believed, and no registry is asked. */
  readonly repositoryRoot: RepositoryRoot | undefined;
  readonly now: Date;
}

/** What must be rebuilt: fingerprints from files alone, then one HEAD for each entry. In the order of the servers. */
export async function planRebuilds(request: PlanRequest): Promise<Planned[]> {
  return pool(request.servers, 8, (server) => planOne(request, server));
}

async function planOne(
  { buildEnvironments, repositoryRoot, now }: PlanRequest,
  server: Server,
): Promise<Planned> {
  const { entry, lock } = server;
  const { name } = entry;
  if (imageSource(entry.source) !== undefined)
    return { ...blocked(name, ''), state: 'current', reason: 'an image that was made elsewhere' };
  if (lock === undefined) return blocked(name, `no lock yet: mcpcat update ${name}`);
  let inputs: string;
  try {
    ({ inputs } = releaseOf(server, await variantsOf(server, buildEnvironments)));
  } catch (error) {
    return blocked(name, messageOf(error));
  }
  const estimate = { name, estimateSeconds: estimateSeconds(lock), inputs };
  const reason = (await holeReason(server, now)) ?? (await dueReason(server, { inputs, repositoryRoot }));
  return reason === undefined
    ? { ...estimate, state: 'current', reason: '' }
    : { ...estimate, state: 'due', reason };
}

/** Publishing what it is now would be stopped: it has to be locked anew first. */
async function holeReason({ folder, lock }: Server, now: Date): Promise<string | undefined> {
  if (lock === undefined) return undefined;
  const [worst, ...others] = gatedHoles(await readScanRecord(folder), lock, now);
  if (worst === undefined) return undefined;
  const more = others.length === 0 ? '' : `, and ${String(others.length)} more`;
  return `known hole: ${gatedHoleText(worst)}${more}: update it first`;
}

function blocked(name: string, reason: string): Planned {
  return { name, state: 'blocked', reason, estimateSeconds: 0, inputs: undefined };
}

async function dueReason(
  { folder, entry }: Server,
  {
    inputs,
    repositoryRoot,
  }: { readonly inputs: string; readonly repositoryRoot: RepositoryRoot | undefined },
): Promise<string | undefined> {
  const record = await readImageRecord(folder);
  const known = record?.inputs === inputs;
  if (repositoryRoot === undefined)
    return known ? undefined : record === undefined ? 'never built' : 'inputs changed';
  const { registry, repository } = repositoryRoot.targetOf(entry.name);
  const found = await headManifest(registry, repository, inputs).catch(nothingIfDenied);
  if (found === undefined)
    return record === undefined ? 'not in the registry' : 'not in the registry as it is now';
  return known ? undefined : 'image.json is of other inputs';
}

/** Some registries deny a repository that does not exist yet. */
function nothingIfDenied(error: unknown): undefined {
  if (error instanceof McpcatError && error.code === 'registry-denied') return undefined;
  throw error;
}
