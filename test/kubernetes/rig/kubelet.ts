import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nameServerAddress, nodeAddress } from './control-plane.ts';
import type { NodeNamespaces } from './node-namespaces.ts';

export const nodeName = 'node';

export interface KubeletFacts {
  readonly folder: string;
  readonly namespaces: NodeNamespaces;
  /** The program, its first argument chosen. */
  readonly program: readonly string[];
  readonly kubeconfig: string;
  readonly runtimeSocket: string;
  readonly controlGroup: string;
}

/** The real one. Registers the node; whether it is ready is the API server's to say. */
export async function startKubelet(facts: KubeletFacts): Promise<void> {
  const place = (name: string): string => path.join(facts.folder, name);
  await writeFile(place('kubelet.json'), JSON.stringify(kubeletConfig(facts), null, 2));
  const command = [
    ...facts.program,
    `--config=${place('kubelet.json')}`,
    `--kubeconfig=${facts.kubeconfig}`,
    `--root-dir=${place('kubelet')}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
  ];
  facts.namespaces.start(command, { log: place('kubelet.log'), pidFile: place('kubelet.pid') });
}

function kubeletConfig({ folder, runtimeSocket, controlGroup }: KubeletFacts): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: controlGroup,
    // Nobody listens there, until a test does (`name-server.ts`).
    clusterDNS: [nameServerAddress],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${runtimeSocket}`,
    enforceNodeAllocatable: [],
    // A small or full disk is not what is tested.
    evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'memory.available': '1Mi' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    failSwapOn: false,
    healthzPort: 0,
    podLogsDir: `${folder}/pod-logs`,
    podPidsLimit: 256,
    readOnlyPort: 0,
    resolvConf: '',
    volumePluginDir: `${folder}/volume-plugins`,
  };
}
