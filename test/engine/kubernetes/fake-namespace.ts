import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Engine } from '../../../src/engine/engine.ts';
import { clusterAddress } from '../../../src/engine/kubernetes/address.ts';
import { kubernetesEngine } from '../../../src/engine/kubernetes/kubernetes-engine.ts';
import type { PodBody } from '../../../src/engine/kubernetes/pod.ts';
import { PodSessions } from '../../../src/engine/kubernetes/pod-sessions.ts';
import { standIn } from './stand-in.ts';

interface Stored {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What of a namespace is chosen for one test. */
export interface Chosen {
  readonly onStream?: Parameters<typeof standIn>[0]['onStream'];
  /** Before anything else: true if it has answered. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What the API server makes of what it is given. */
  readonly admitted?: (object: Stored) => Stored;
}

/** Pods alone get this status; what is not one stays. */
export function ofPods(status: object): NonNullable<Chosen['admitted']> {
  return (object) => (object['kind'] === 'Pod' ? { ...object, status } : object);
}

/** A namespace in memory behind the stand-in for an API server: its pods run as soon as they are made. */
export async function fakeNamespace(chosen: Chosen = {}): Promise<
  {
    readonly engine: Engine;
    readonly sessions: PodSessions;
    /** By `pods/NAME`. */
    readonly objects: Map<string, Stored>;
  } & AsyncDisposable
> {
  const objects = new Map<string, Stored>();
  const there = await standIn({
    ...(chosen.onStream === undefined ? {} : { onStream: chosen.onStream }),
    onRequest: (request, response) => {
      if (chosen.onRequest?.(request, response) === true) return;
      void answered(request, { objects, admitted: chosen.admitted ?? ((object) => object) }).then(
        ([status, body]) => response.writeHead(status).end(JSON.stringify(body)),
      );
    },
  });
  const sessions = new PodSessions();
  const engine = kubernetesEngine(
    {
      address: clusterAddress('kubernetes://dev/mcpcat'),
      api: there.api,
      gate: { pass: () => Promise.resolve({ kind: 'no-network' }) },
      imageFacts: () => Promise.reject(new Error('nobody asks')),
    },
    sessions,
  );
  return { engine, sessions, objects, [Symbol.asyncDispose]: () => there[Symbol.asyncDispose]() };
}

interface Answering {
  readonly objects: Map<string, Stored>;
  readonly admitted: (object: Stored) => Stored;
}

async function answered(
  request: IncomingMessage,
  { objects, admitted }: Answering,
): Promise<readonly [status: number, body: object]> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://test');
  const [kind = '', name] = pathname.split('/namespaces/mcpcat/')[1]?.split('/') ?? [];
  const key = `${kind}/${name ?? ''}`;
  if (request.method === 'POST') {
    const made = admitted(running((await json(request)) as Stored));
    const own = `${kind}/${made.metadata.name}`;
    if (objects.has(own)) return [409, { kind: 'Status', message: 'already exists' }];
    if (!searchParams.has('dryRun')) objects.set(own, made);
    return [201, made];
  }
  if (name === undefined) {
    const items = [...objects].filter(([one]) => one.startsWith(`${kind}/`)).map(([, object]) => object);
    return [200, { items }];
  }
  const found = objects.get(key);
  if (request.method === 'DELETE') objects.delete(key);
  return found === undefined ? [404, { kind: 'Status', message: `no ${key}` }] : [200, found];
}

function running(object: Stored): Stored {
  if (object['kind'] !== 'Pod') return object;
  const { spec } = object as unknown as PodBody;
  const containerStatuses = spec.containers.map(({ name }) => ({ name, state: { running: {} } }));
  return { ...object, status: { phase: 'Running', containerStatuses } };
}
