import type { EngineInfo, Guarantee } from '../engine.ts';
import { fieldsOf, itemsOf, textOf } from '../json.ts';
import type { Api } from './api.ts';
import { policyRuntime } from './pod-body.ts';

/**
 * What neither a field of a pod nor process 1 can hold for one container. How many processes a pod may have and whether
 * it may swap is each node's own; memory volumes have no mount options; a filter of ours would have to lie on each node.
 */
export const clusterLacks = ['pids', 'swap', 'no-exec', 'seccomp'] as const satisfies readonly Guarantee[];

/** Why, in words. */
export const lackReasons: Readonly<Record<(typeof clusterLacks)[number], string>> = {
  pids: 'how many processes one pod may have is a setting of the node',
  swap: 'swap is a setting of the node',
  'no-exec': 'memory volumes permit execution',
  seccomp: "the runtime's filter of system calls is in force instead of ours",
};

/** The API server of what is asked of an engine; of nodes nothing is said, for each may be another. */
export async function clusterInfo(api: Api): Promise<EngineInfo> {
  const [version, runtimes] = await Promise.all([versionOf(api), runtimeClasses(api)]);
  return {
    name: 'kubernetes',
    version: version.version,
    apiVersion: `${version.major}.${version.minor}`,
    platform: version.platform === 'linux/arm64' ? 'linux/arm64' : 'linux/amd64',
    kernel: '',
    operatingSystem: 'Kubernetes',
    storageDriver: '',
    cgroupVersion: 'unknown',
    rootless: false,
    securityOptions: ['seccomp'],
    limits: { memory: true, swap: false, cpu: true, pids: false },
    lacks: clusterLacks,
    cpus: 0,
    memoryBytes: 0,
    runtimes: [...runtimes, policyRuntime],
  };
}

export interface ServerVersion {
  /** `1.34.4`. */
  readonly version: string;
  readonly major: string;
  readonly minor: string;
  readonly platform: string;
}

export async function versionOf(api: Api): Promise<ServerVersion> {
  const answer = await api.ask({
    method: 'GET',
    path: '/version',
    asked: { verbs: ['get'], resource: '/version' },
  });
  const { gitVersion, major, minor, platform } = fieldsOf(answer);
  return {
    version: textOf(gitVersion).replace(/^v/, ''),
    major: textOf(major),
    minor: textOf(minor),
    platform: textOf(platform),
  };
}

/** Names of all; none where they may not be listed: whoever names one has it proved all the same. */
export async function runtimeClasses(api: Api): Promise<readonly string[]> {
  const asked = { verbs: ['list'], resource: 'runtimeclasses.node.k8s.io' };
  const path = '/apis/node.k8s.io/v1/runtimeclasses';
  const answer = await api.find({ method: 'GET', path, asked }).catch(() => undefined);
  const metadata = itemsOf(fieldsOf(answer)['items']).map((item) => fieldsOf(fieldsOf(item)['metadata']));
  return metadata.map(({ name }) => textOf(name));
}
