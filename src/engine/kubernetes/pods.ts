import { McpcatError } from '../../lib/errors.ts';
import { fieldsOf, itemsOf } from '../json.ts';
import type { Api } from './api.ts';
import type { Asked } from './failure.ts';
import { claimsIn } from './pod-folders.ts';
import type { Pod, PodBody } from './pod.ts';
import { ourSelector } from './pod-body.ts';
import { heldBy, isHolding, isRunning, isUnscheduled, notRunning } from './pod-waits.ts';

/** Milliseconds for a pod to be scheduled, its image to be pulled and its process 1 to run; under what a session waits. */
const runningMs = 110_000;
/** Milliseconds between two looks where nothing can be watched. */
const lookMs = 150;
/** Seconds; zero would take the object away before the node has ended what runs in it. */
const deleteGraceSeconds = 1;

/** Milliseconds from one request for a pod's removal to the next, each twice the one before: for half an hour in all. */
const retryMs = { first: 1000, last: 1_024_000 };

interface Waiting {
  readonly onUnscheduled?: () => Promise<void>;
}

/** The pods of one namespace. */
export class Pods {
  readonly namespace: string;
  readonly #api: Api;
  readonly #path: string;
  /** What the API server could not be asked to remove. */
  readonly #left = new Set<string>();

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.namespace = namespace;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
  }

  async create(body: PodBody): Promise<Pod> {
    const asked = this.#asked('create');
    return asPod(await this.#api.ask({ method: 'POST', path: this.#path, body, asked }));
  }

  async find(name: string): Promise<Pod | undefined> {
    const path = `${this.#path}/${encodeURIComponent(name)}`;
    const found = await this.#api.find({ method: 'GET', path, asked: this.#asked('get') });
    return found === undefined ? undefined : asPod(found);
  }

  /** Those of ours, in any state. */
  async list(): Promise<readonly Pod[]> {
    return this.#list(`?labelSelector=${encodeURIComponent(ourSelector)}`);
  }

  /**
   * Asks for its end; the node says when it is gone. Rejects where the API server can't be asked, for instance because it
   * is being started anew, and asks again for a while as long as this process lives.
   */
  async remove(name: string): Promise<void> {
    try {
      await this.#delete(name);
    } catch (error) {
      if (!this.#left.has(name)) this.#deleteLater(name, retryMs.first);
      throw error;
    }
  }

  /**
   * Rejects with why it does not run, as soon as that is clear. `onUnscheduled` is asked when no node can have it by now,
   * and may know why none ever will.
   */
  async running(made: Pod, { onUnscheduled }: Waiting = {}): Promise<Pod> {
    const over = AbortSignal.timeout(runningMs);
    let last = made;
    const isThere = async (pod: Pod): Promise<boolean> => {
      last = pod;
      const runs = isRunning(pod);
      if (!runs && isUnscheduled(pod)) await onUnscheduled?.();
      return runs;
    };
    for (;;) {
      if (await isThere(last)) return last;
      if (over.aborted) throw notRunning('timeout', last);
      for await (const pod of this.#changes(last, over)) if (await isThere(pod)) return pod;
      last = (await this.find(made.metadata.name)) ?? vanished(made);
      await pause();
    }
  }

  /** Throws `volume-in-use` where another pod, whosever it is, has one of these claims and is not on its way out. */
  async refuseHeld(claims: readonly string[], name: string): Promise<void> {
    if (claims.length === 0) return;
    const others = (await this.#list()).filter((pod) => pod.metadata.name !== name && isHolding(pod));
    for (const { metadata, spec } of others) {
      const claim = claims.find((one) => claimsIn(spec).includes(one));
      if (claim !== undefined) throw heldBy(metadata.name, claim);
    }
  }

  /** Until it is as wanted; one that is gone always is. */
  async until(name: string, isWanted: (pod: Pod) => boolean): Promise<Pod | undefined> {
    for (;;) {
      const pod = await this.find(name);
      if (pod === undefined || isWanted(pod)) return pod;
      await pause();
    }
  }

  async *#changes({ metadata }: Pod, signal: AbortSignal): AsyncGenerator<Pod> {
    const query = new URLSearchParams({
      watch: 'true',
      fieldSelector: `metadata.name=${metadata.name}`,
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    });
    const call = { path: `${this.#path}?${query.toString()}`, asked: this.#asked('watch') };
    for await (const event of this.#api.watch(call, signal)) {
      const { type, object } = fieldsOf(event);
      if (type !== 'ADDED' && type !== 'MODIFIED') return;
      yield asPod(object);
    }
  }

  async #list(query = ''): Promise<readonly Pod[]> {
    const path = `${this.#path}${query}`;
    const answer = await this.#api.ask({ method: 'GET', path, asked: this.#asked('list') });
    return itemsOf(fieldsOf(answer)['items']).map(asPod);
  }

  async #delete(name: string): Promise<void> {
    const path = `${this.#path}/${encodeURIComponent(name)}?gracePeriodSeconds=${String(deleteGraceSeconds)}`;
    await this.#api.find({ method: 'DELETE', path, asked: this.#asked('delete') });
    this.#left.delete(name);
  }

  #deleteLater(name: string, waitMs: number): void {
    if (waitMs > retryMs.last) return void this.#left.delete(name);
    this.#left.add(name);
    setTimeout(() => {
      if (this.#left.has(name)) this.#delete(name).catch(() => this.#deleteLater(name, waitMs * 2));
    }, waitMs).unref();
  }

  #asked(verb: string): Asked {
    return { verbs: [verb], resource: 'pods', namespace: this.namespace };
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lookMs));
}

/** What the API server says is a Pod; it validates all that we read of it. */
function asPod(value: unknown): Pod {
  const { metadata } = fieldsOf(value);
  if (typeof metadata === 'object' && metadata !== null) return value as Pod;
  throw new McpcatError('engine-failed', 'the API server answered with something else than a Pod');
}

function vanished({ metadata }: Pod): never {
  throw new McpcatError('container-missing', `the pod ${metadata.name} was removed before it ran`);
}
