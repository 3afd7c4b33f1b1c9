import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { fieldsOf, itemsOf, textOf } from '../json.ts';
import type { BindMount, Labels } from '../engine.ts';
import type { Api } from './api.ts';
import type { Claim, ClaimBody } from './claim.ts';
import type { Asked } from './failure.ts';
import { carries } from './carries.ts';
import { managedBy, ourSelector, serverLabel } from './pod-body.ts';

/** Of a claim that nobody made before: enough for what servers write down, and above what most storage gives at least. */
const defaultSize = '1Gi';
/** Milliseconds that the cluster may take for the removal of a claim that no pod has. */
const removalMs = 10_000;
const lookMs = 200;

interface Looked {
  /** Those that are not there and could be had. */
  readonly missing: readonly ClaimBody[];
  /** Names of those that one pod may have at a time. */
  readonly exclusive: readonly string[];
}

/** What a server keeps in a namespace: a PersistentVolumeClaim for each of its state folders (docs/decisions/0073). */
export class Claims {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #path: string;

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  }

  /** Makes nothing. Throws `engine-unfit` or `volume-foreign` for one that can't be used. */
  async look(mounts: readonly BindMount[]): Promise<Looked> {
    const kept = mounts.filter(({ kind, source }) => kind === 'volume' && source !== '');
    const looked = await Promise.all(kept.map(async (mount) => this.#look(mount)));
    return {
      missing: looked.flatMap(({ missing }) => missing),
      exclusive: looked.flatMap(({ exclusive }) => exclusive),
    };
  }

  async make(claims: readonly ClaimBody[]): Promise<void> {
    await Promise.all(claims.map(async (body) => this.#make(body)));
  }

  async find(name: string): Promise<Claim | undefined> {
    const path = `${this.#path}/${encodeURIComponent(name)}`;
    const found = await this.#api.find({ method: 'GET', path, asked: this.#asked('get') });
    return found === undefined ? undefined : asClaim(found);
  }

  /** Those of ours. */
  async list(): Promise<readonly Claim[]> {
    const path = `${this.#path}?labelSelector=${encodeURIComponent(ourSelector)}`;
    const answer = await this.#api.ask({ method: 'GET', path, asked: this.#asked('list') });
    return itemsOf(fieldsOf(answer)['items']).map(asClaim);
  }

  /** No error if there is none. Throws `volume-in-use` where the cluster does not let go of it. */
  async remove(name: string): Promise<void> {
    const found = await this.find(name);
    if (found === undefined) return;
    refuseForeign(found);
    const { uid } = found.metadata;
    const path = `${this.#path}/${encodeURIComponent(name)}`;
    // Of this very one: meanwhile another may have its name.
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    await this.#api.find({ method: 'DELETE', path, body, asked: this.#asked('delete') });
    for (const giveUp = performance.now() + removalMs; performance.now() < giveUp; await pause())
      if ((await this.find(name))?.metadata.uid !== uid) return;
    throw new McpcatError(
      'volume-in-use',
      `the claim ${name} is in use, and goes with the last pod that has it`,
    );
  }

  async #look({ source: name, labels = {} }: BindMount): Promise<Looked> {
    const found = await this.find(name);
    if (found !== undefined) {
      refuseUnusable(found);
      return { missing: [], exclusive: isExclusive(found) ? [name] : [] };
    }
    const body = claimOf({ name, namespace: this.#namespace, labels });
    // On trial: one that the cluster would never give storage is not even made.
    refuseUnusable(asClaim(await this.#post(body, '?dryRun=All')));
    return { missing: [body], exclusive: [] };
  }

  async #make(body: ClaimBody): Promise<void> {
    try {
      await this.#post(body, '');
    } catch (error) {
      // Another session of the same server may have been first.
      const other = await this.find(body.metadata.name);
      if (other === undefined) throw error;
      refuseUnusable(other);
    }
  }

  async #post(body: ClaimBody, query: '' | '?dryRun=All'): Promise<unknown> {
    return this.#api.ask({
      method: 'POST',
      path: `${this.#path}${query}`,
      body,
      asked: this.#asked('create'),
    });
  }

  #asked(verb: string): Asked {
    return { verbs: [verb], resource: 'persistentvolumeclaims', namespace: this.#namespace };
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lookMs));
}

/** Pure. The class, and so what the storage is, is the cluster's default. */
export function claimOf({
  name,
  namespace,
  labels,
}: {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
}): ClaimBody {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      labels: { ...managedBy, [serverLabel]: labels[label.server] ?? '' },
      annotations: labels,
    },
    // The pods of one server go to one node, so that several sessions have it at once (pod-body.ts).
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: defaultSize } } },
  };
}

/** Whether it is one of ours, by the label; what says whose of ours it is are its annotations. */
export function isOurs({ metadata: { labels = {} } }: Claim): boolean {
  return carries(labels, managedBy);
}

/** Kubernetes permits that mode alone, and no other beside it. */
function isExclusive({ spec }: Claim): boolean {
  return spec.accessModes?.includes('ReadWriteOncePod') === true;
}

function refuseForeign(claim: Claim): void {
  if (isOurs(claim)) return;
  throw new McpcatError(
    'volume-foreign',
    `the PersistentVolumeClaim ${claim.metadata.name} is not ours: expected the label ${ourSelector}, found none`,
    { hint: 'whoever made it for this server gives it the label; else use a namespace of its own' },
  );
}

/** What a pod would wait for in vain, or could not write to. */
function refuseUnusable(claim: Claim): void {
  refuseForeign(claim);
  const { metadata, spec, status } = claim;
  const what = `the PersistentVolumeClaim ${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined)
    throw new McpcatError('engine-failed', `${what} is being removed: it goes with the last pod that has it`);
  if (status?.phase === 'Lost')
    throw new McpcatError('engine-unfit', `${what} has lost its volume ${spec.volumeName ?? ''}`, {
      hint: `what was kept is gone, if nobody brings it back: mcpcat volumes rm ${metadata.name} begins anew`,
    });
  if (spec.volumeMode === 'Block' || !spec.accessModes?.some((mode) => mode.startsWith('ReadWrite')))
    throw new McpcatError(
      'engine-unfit',
      `${what}: expected a file system that one pod may write to, found ${spec.volumeMode ?? 'Filesystem'}, ${spec.accessModes?.join(', ') ?? 'no access mode'}`,
    );
  if (spec.storageClassName === undefined && spec.volumeName === undefined) throw noClass(what);
}

/** The API server names the default class in every claim that names none. */
function noClass(what: string): McpcatError {
  return new McpcatError(
    'engine-unfit',
    `${what} would never have storage: the cluster has no default StorageClass`,
    {
      hint: 'make one the default (kubectl get storageclass), or make the claim yourself before the first start',
    },
  );
}

/** What the API server says is a claim; it validates all that we read of it. */
function asClaim(value: unknown): Claim {
  if (textOf(fieldsOf(fieldsOf(value)['metadata'])['name']) !== '') return value as Claim;
  throw new McpcatError(
    'engine-failed',
    'the API server answered with something else than a PersistentVolumeClaim',
  );
}
