import type { ContainerFacts, ContainerSettings, ContainerSummary, Labels } from '../engine.ts';
import type { RecordedMount, RecordedSettings, TmpfsMount } from '../restrictions.ts';
import type { Container, ContainerStatus, Pod, PodSpec, Volume } from './pod.ts';
import { containerName, policyRuntime } from './pod-body.ts';

/** What is not in the pod itself: how its server is started, and what its image says. */
export interface Beyond {
  /** Undefined for a pod that another process made. */
  readonly asked: ContainerSettings | undefined;
  readonly imageLabels: Labels;
}

/** A Pod as the API server has it, in our own words. */
export function podFacts(pod: Pod, { asked, imageLabels }: Beyond): ContainerFacts {
  const status = statusOf(pod);
  const terminated = status?.state?.terminated;
  const container = pod.spec.containers.find(({ name }) => name === containerName);
  return {
    id: pod.metadata.name,
    state: stateOf(pod),
    exitCode: exitCodeOf(pod) ?? 0,
    outOfMemory: terminated?.reason === 'OOMKilled',
    pid: 0,
    labels: { ...imageLabels, ...pod.metadata.annotations },
    image: container?.image ?? '',
    imageId: digestIn(container?.image ?? ''),
    startedAt: pod.status?.startTime ?? '',
    finishedAt: terminated?.finishedAt ?? '',
    recorded: recordedOf(pod.spec, container, asked),
  };
}

export function podSummary(pod: Pod): ContainerSummary {
  const image = pod.spec.containers.find(({ name }) => name === containerName)?.image ?? '';
  return {
    id: pod.metadata.name,
    state: stateOf(pod),
    image,
    imageId: digestIn(image),
    labels: pod.metadata.annotations ?? {},
    created: Math.floor(Date.parse(pod.metadata.creationTimestamp ?? '') / 1000) || 0,
  };
}

function digestIn(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}

export function statusOf(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === containerName);
}

/** As shells have it: ended by SIGKILL. */
export const byForce = 137;

/**
 * Undefined until it has ended. A pod that is gone was ended by force. One that was evicted, or never ran, may have no
 * word of its container: it has not ended well.
 */
export function exitCodeOf(pod: Pod | undefined): number | undefined {
  if (pod === undefined) return byForce;
  const code = statusOf(pod)?.state?.terminated?.exitCode;
  if (code !== undefined || stateOf(pod) !== 'exited') return code;
  return pod.status?.phase === 'Succeeded' ? 0 : byForce;
}

/** In the words that `ps` has for containers. */
export function stateOf(pod: Pod): 'created' | 'running' | 'removing' | 'exited' {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return 'exited';
  if (pod.metadata.deletionTimestamp !== undefined) return 'removing';
  return phase === 'Running' && statusOf(pod)?.state?.running !== undefined ? 'running' : 'created';
}

/**
 * What the API server has made of it. The server's own words are not in it, because it is started beside the parked
 * process; nor are limits that pods have no field for.
 */
function recordedOf(
  spec: PodSpec,
  container: Container | undefined,
  asked: ContainerSettings | undefined,
): RecordedSettings {
  const { securityContext: pod = {} } = spec;
  const { securityContext: own = {} } = container ?? {};
  const limits = container?.resources?.limits ?? {};
  const { tmpfs, mounts } = foldersOf(spec, container);
  return {
    entrypoint: asked?.entrypoint ?? [],
    command: asked?.command ?? [],
    env: Object.fromEntries(
      (container?.env ?? []).map(({ name, value = '' }) => [name, value.replaceAll('$$', '$')]),
    ),
    user: `${String(own.runAsUser ?? pod.runAsUser ?? 0)}:${String(own.runAsGroup ?? pod.runAsGroup ?? 0)}`,
    groups: (pod.supplementalGroups ?? []).map(String),
    readOnlyRoot: own.readOnlyRootFilesystem === true,
    privileged: own.privileged === true,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    seccomp:
      (own.seccompProfile ?? pod.seccompProfile)?.type === 'RuntimeDefault' ? 'engine-default' : 'other',
    capabilities: [
      ...(own.capabilities?.drop?.includes('ALL') === true ? [] : ['all of the runtime']),
      ...(own.capabilities?.add ?? []),
    ],
    // Which there is, the proof says (prove-network.ts); of the node's own there must be none.
    network: spec.hostNetwork === true ? 'host' : 'none',
    ipc: 'unsaid',
    sharedNamespaces: (['hostPID', 'hostIPC', 'shareProcessNamespace'] as const).filter(
      (name) => spec[name] === true,
    ),
    memoryBytes: quantity(limits['memory']),
    memorySwapBytes: 0,
    nanoCpus: Math.round(quantity(limits['cpu']) * 1e9),
    pids: 0,
    // Process 1 holds it, as it is told with the server's words (limited.ts).
    nofile: asked?.nofile ?? 0,
    // Its size is asked for in another way (`shmBytes`).
    tmpfs: tmpfs.filter(({ target }) => target !== '/dev/shm'),
    mounts,
    devices: (container?.volumeDevices ?? []).map(({ devicePath }) => devicePath),
    runtime: spec.runtimeClassName ?? (asked?.runtime === policyRuntime ? policyRuntime : ''),
    healthCheck: [
      container?.livenessProbe,
      container?.readinessProbe,
      container?.startupProbe,
      container?.lifecycle,
    ].some((probe) => probe !== undefined),
    // SIGTERM, which is what process 1 takes: pods have no field for another.
    stopSignal: asked?.stopSignal,
  };
}

function foldersOf(
  spec: PodSpec,
  container: Container | undefined,
): { tmpfs: TmpfsMount[]; mounts: RecordedMount[] } {
  const tmpfs: TmpfsMount[] = [];
  const mounts: RecordedMount[] = [];
  for (const { name, mountPath: target, readOnly = false } of container?.volumeMounts ?? []) {
    const volume = spec.volumes?.find((one) => one.name === name);
    if (volume?.emptyDir?.medium === 'Memory')
      tmpfs.push({
        target,
        bytes: quantity(volume.emptyDir.sizeLimit),
        uid: 0,
        gid: 0,
        mode: 0o1777,
        readOnly,
      });
    else mounts.push({ kind: 'volume', source: claimIn(volume) ?? name, target, readOnly });
  }
  return { tmpfs, mounts };
}

function claimIn(volume: Volume | undefined): string | undefined {
  return volume?.persistentVolumeClaim?.claimName;
}

const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** A quantity of Kubernetes (apimachinery, "resource.Quantity") as a number; 0, which is no limit, for what is none. */
export function quantity(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|[numkMGT]|)$/.exec(text ?? '');
  return match === null ? 0 : Number(match[1]) * (factors[match[2] ?? ''] ?? 0);
}
