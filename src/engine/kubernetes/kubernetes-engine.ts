import type { ContainerSettings, Engine, ImageFacts, Labels } from '../engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { randomId } from '../../lib/random-id.ts';
import type { ClusterAddress } from './address.ts';
import type { Api } from './api.ts';
import { carries } from './carries.ts';
import { Claims } from './claims.ts';
import { clusterInfo, clusterLacks, lackReasons } from './cluster-info.ts';
import { execSession, handParked, openExec } from './execs.ts';
import { softenings } from './hardened.ts';
import type { NetworkGate } from './network-gate.ts';
import type { OwnerReference, Pod, PodBody } from './pod.ts';
import { podBodyOf } from './pod-body.ts';
import { byForce, exitCodeOf, podFacts, podSummary, stateOf } from './pod-facts.ts';
import { PodSessions } from './pod-sessions.ts';
import { Pods } from './pods.ts';
import { volumeCalls } from './volumes.ts';
import { absentCalls } from './without-images.ts';

export interface ClusterParts {
  readonly address: ClusterAddress;
  readonly api: Api;
  /** The pod that this process runs in, if it does. */
  readonly owner?: OwnerReference | undefined;
  readonly gate: Pick<NetworkGate, 'pass'>;
  /** By its digest, from its registry. */
  readonly imageFacts: (reference: string) => Promise<ImageFacts>;
}

/** The adapter: containers are pods whose process 1 is parked, and their servers are started by exec (docs/decisions/0066). */
export function kubernetesEngine(
  { address, api, owner, gate, imageFacts }: ClusterParts,
  sessions = new PodSessions(),
): Engine {
  const pods = new Pods(api, address.namespace);
  const claims = new Claims(api, address.namespace);
  const reach = { api, pods };
  return {
    endpoint: address.endpoint,
    parks: true,
    ...absentCalls(address.endpoint),
    info: () => clusterInfo(api),
    inspectImage: (reference) => imageFacts(reference),
    listImages: () => Promise.resolve([]),
    ...volumeCalls(claims, pods),

    async createContainer(settings) {
      refuseLacking(settings);
      const name = settings.name === undefined ? `mcpcat-${randomId()}` : podName(settings.name);
      const body = podBodyOf(settings, { name, namespace: address.namespace, owner });
      const { missing, exclusive } = await claims.look(settings.mounts);
      const refuseHeld = async (): Promise<void> => pods.refuseHeld(exclusive, name);
      await refuseHeld();
      // A probe needs nothing that the server keeps.
      await gate.pass({ ...settings, mounts: [] }, pods);
      await claims.make(missing);
      await createdPod(pods, body, async (made) => {
        await pods.running(made, { onUnscheduled: refuseHeld });
        const input = settings.parked?.input;
        if (input !== undefined) await handParked(reach, { pod: name, input });
      });
      sessions.open(name, settings);
      return name;
    },

    attachContainer: (id) => Promise.resolve().then(() => sessions.of(podName(id)).attachment),

    startContainer: async (id) => sessions.of(podName(id)).start(reach, podName(id)),

    async waitContainer(id, until, onWatching) {
      const session = sessions.find(podName(id));
      onWatching?.();
      if (until === 'next-exit' && session !== undefined) return session.ended;
      const pod = await pods.until(podName(id), (one) => until !== 'removed' && stateOf(one) === 'exited');
      return { exitCode: exitCodeOf(pod) ?? byForce };
    },

    /** A process that was started by exec takes no signal: it hears the end of its input, and of its pod's. */
    async killContainer(id, signal) {
      const session = sessions.find(podName(id));
      if (signal === 'SIGTERM' && session !== undefined) session.attachment.stdin.end();
      else await pods.remove(podName(id));
    },

    async removeContainer(id) {
      try {
        await pods.remove(podName(id));
      } finally {
        // What could not be removed now is removed later, and nobody asks for its session again.
        sessions.forget(podName(id));
      }
    },

    async inspectContainer(id) {
      const pod = await pods.find(podName(id));
      if (pod === undefined) return undefined;
      const asked = sessions.find(podName(id))?.settings;
      return podFacts(pod, { asked, imageLabels: await labelsOf(asked, imageFacts) });
    },

    async listContainers(labels) {
      const all = (await pods.list()).map(podSummary);
      return all.filter((one) => carries(one.labels, labels));
    },

    exec: async (id, command) => execSession(await openExec(reach, { pod: podName(id), command })),
  };
}

/** What the API server makes of it is looked at before anything runs in it; what fails leaves no pod behind. */
async function createdPod(pods: Pods, body: PodBody, prepare: (made: Pod) => Promise<void>): Promise<void> {
  refuseSoft(body, 'the pod as it is asked for');
  const made = await pods.create(body);
  try {
    refuseSoft(made, 'the API server has made another pod than it was asked for');
    await prepare(made);
  } catch (error) {
    await pods.remove(body.metadata.name).catch(() => undefined);
    throw error;
  }
}

function refuseSoft(pod: PodBody, what: string): void {
  const [first, ...more] = softenings(pod).map(
    ({ at, expected, found }) => `${at}: expected ${expected}, found ${found}`,
  );
  if (first === undefined) return;
  throw new McpcatError('container-differs', `${what}: ${first}`, {
    detail: more,
    hint: 'a webhook of the cluster changes pods: keep it from this namespace',
  });
}

/** All of it at once, so that nobody has to try again for each. */
function refuseLacking({ lacking = [] }: ContainerSettings): void {
  const missing = clusterLacks.filter((name) => !lacking.includes(name));
  if (missing.length === 0) return;
  throw new McpcatError(
    'engine-unfit',
    `a cluster can't hold these for one container: ${missing.map((name) => `${name} (${lackReasons[name]})`).join(', ')}`,
    {
      hint: 'do without, where your settings file permits that',
      inputs: [{ name: 'accept-missing', value: missing.join(',') }],
    },
  );
}

async function labelsOf(
  asked: ContainerSettings | undefined,
  imageFacts: ClusterParts['imageFacts'],
): Promise<Labels> {
  return asked === undefined ? {} : (await imageFacts(asked.image)).labels;
}

/** RFC 1123: small letters, digits and hyphens, at most 63. */
function podName(text: string): string {
  const words = text.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  if (words.length <= 63) return words;
  return `${words.slice(0, 63 - 13)}-${words.slice(-12)}`;
}
