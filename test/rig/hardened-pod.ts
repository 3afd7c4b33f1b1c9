import type { Container, PodBody, PodSpec, Volume } from '../../src/engine/kubernetes/pod.ts';

const digest = `sha256:${'5'.repeat(64)}`;

/** A pod as ours are: what every test of softer ones begins with. */
export function hardenedPod(image = `registry.example/mcpcat/time@${digest}`): PodBody {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'time', namespace: 'mcpcat' },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 86_400,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['127.0.0.1'] },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        fsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
        sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
      },
      containers: [
        {
          name: 'server',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/mcpcat-init', '--', '/usr/local/bin/node', '-e', 'setInterval(() => {}, 1e9)'],
          resources: {
            requests: { cpu: '100m', memory: '64Mi' },
            limits: { cpu: '1', memory: '512Mi', 'ephemeral-storage': '16Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }],
    },
  };
}

/** Who refuses it: Pod Security's `restricted`, or nobody but us. */
export type Accepting = 'refused by the cluster' | 'accepted by the cluster';

export interface Softer {
  readonly title: string;
  /** Where ours finds it. */
  readonly at: string;
  readonly cluster: Accepting;
  readonly pod: (image?: string) => PodBody;
}

type Change = Omit<Softer, 'pod'> & {
  readonly spec?: (spec: PodSpec) => Partial<Record<keyof PodSpec, unknown>>;
  readonly container?: Partial<Record<keyof Container, unknown>>;
  readonly security?: object;
  readonly podSecurity?: object;
  readonly volume?: Volume;
};

const container = 'spec.containers[0]';
const refused = 'refused by the cluster';
const accepted = 'accepted by the cluster';

const changes: readonly Change[] = [
  {
    ...{ title: 'no seccomp', at: 'spec.securityContext.seccompProfile.type', cluster: refused },
    podSecurity: { seccompProfile: undefined },
  },
  {
    ...{ title: 'root allowed', at: 'spec.securityContext.runAsNonRoot', cluster: refused },
    podSecurity: { runAsNonRoot: undefined },
  },
  {
    ...{ title: 'root', at: 'spec.securityContext.runAsUser', cluster: refused },
    podSecurity: { runAsUser: 0 },
  },
  {
    ...{ title: "the image's user", at: 'spec.securityContext.runAsUser', cluster: accepted },
    podSecurity: { runAsUser: undefined },
  },
  {
    ...{ title: "root's group", at: 'spec.securityContext.runAsGroup', cluster: accepted },
    podSecurity: { runAsGroup: 0 },
  },
  {
    ...{ title: "root's group besides", at: 'spec.securityContext.supplementalGroups', cluster: accepted },
    podSecurity: { supplementalGroups: [0] },
  },
  {
    ...{
      title: "a container's own seccomp",
      at: 'spec.securityContext.seccompProfile.type',
      cluster: refused,
    },
    security: { seccompProfile: { type: 'Unconfined' } },
  },
  {
    ...{ title: 'no AppArmor', at: 'spec.securityContext.appArmorProfile.type', cluster: refused },
    security: { appArmorProfile: { type: 'Unconfined' } },
  },
  {
    ...{
      title: 'an SELinux type without bounds',
      at: 'spec.securityContext.seLinuxOptions',
      cluster: refused,
    },
    podSecurity: { seLinuxOptions: { type: 'spc_t' } },
  },
  {
    ...{ title: 'another SELinux type', at: 'spec.securityContext.seLinuxOptions', cluster: accepted },
    security: { seLinuxOptions: { type: 'container_init_t', level: 's0:c1,c2' } },
  },
  {
    ...{ title: 'another name server', at: 'spec.dnsConfig.nameservers', cluster: accepted },
    spec: () => ({ dnsConfig: { nameservers: ['127.0.0.1', '192.0.2.53'] } }),
  },
  {
    ...{ title: 'a device by a claim', at: 'spec.resourceClaims', cluster: accepted },
    spec: () => ({ resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] }),
  },
  {
    ...{ title: 'a device by a limit', at: `${container}.resources.limits`, cluster: accepted },
    container: {
      resources: {
        requests: { 'example.com/device': '1' },
        limits: { ...hardenedPod().spec.containers[0]?.resources?.limits, 'example.com/device': '1' },
      },
    },
  },
  {
    ...{ title: 'more words of the command', at: `${container}.args`, cluster: accepted },
    container: { args: ['more'] },
  },
  {
    ...{ title: 'capabilities kept', at: `${container}.securityContext.capabilities.drop`, cluster: refused },
    security: { capabilities: undefined },
  },
  {
    ...{
      title: 'a capability added',
      at: `${container}.securityContext.capabilities.add`,
      cluster: accepted,
    },
    security: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
  },
  {
    title: 'more rights by set-uid',
    at: `${container}.securityContext.allowPrivilegeEscalation`,
    cluster: refused,
    security: { allowPrivilegeEscalation: undefined },
  },
  {
    title: 'a writable root',
    at: `${container}.securityContext.readOnlyRootFilesystem`,
    cluster: accepted,
    security: { readOnlyRootFilesystem: undefined },
  },
  {
    ...{ title: "the node's network", at: 'spec.hostNetwork', cluster: refused },
    spec: () => ({ hostNetwork: true }),
  },
  {
    ...{ title: "the node's processes", at: 'spec.hostPID', cluster: refused },
    spec: () => ({ hostPID: true }),
  },
  { ...{ title: "the node's IPC", at: 'spec.hostIPC', cluster: refused }, spec: () => ({ hostIPC: true }) },
  {
    ...{ title: 'another sysctl', at: 'spec.securityContext.sysctls', cluster: refused },
    podSecurity: { sysctls: [{ name: 'net.core.somaxconn', value: '1024' }] },
  },
  {
    ...{ title: "a folder of the node's", at: 'spec.volumes[1]', cluster: refused },
    volume: { name: 'host', hostPath: { path: '/' } },
  },
  {
    ...{ title: 'memory without a limit', at: 'spec.volumes[1].emptyDir.sizeLimit', cluster: accepted },
    volume: { name: 'more', emptyDir: { medium: 'Memory' } },
  },
  {
    ...{ title: "the node's disk", at: 'spec.volumes[1].emptyDir.medium', cluster: accepted },
    volume: { name: 'disk', emptyDir: { sizeLimit: '1Gi' } },
  },
  {
    ...{ title: 'a token by default', at: 'spec.automountServiceAccountToken', cluster: accepted },
    spec: () => ({ automountServiceAccountToken: undefined }),
  },
  {
    ...{ title: 'services in the environment', at: 'spec.enableServiceLinks', cluster: accepted },
    spec: () => ({ enableServiceLinks: undefined }),
  },
  {
    ...{ title: "the cluster's name servers", at: 'spec.dnsPolicy', cluster: accepted },
    spec: () => ({ dnsPolicy: 'ClusterFirst' }),
  },
  {
    ...{ title: 'started again and again', at: 'spec.restartPolicy', cluster: accepted },
    spec: () => ({ restartPolicy: undefined }),
  },
  {
    ...{ title: 'no last end', at: 'spec.activeDeadlineSeconds', cluster: accepted },
    spec: () => ({ activeDeadlineSeconds: undefined }),
  },
  {
    ...{ title: 'processes seen by another container', at: 'spec.shareProcessNamespace', cluster: accepted },
    spec: () => ({ shareProcessNamespace: true }),
  },
  {
    ...{ title: 'a second container', at: 'spec.containers', cluster: accepted },
    spec: ({ containers }) => ({ containers: [...containers, { ...containers[0], name: 'second' }] }),
  },
  {
    ...{ title: 'a container that runs before', at: 'spec.initContainers', cluster: accepted },
    spec: ({ containers }) => ({ initContainers: [{ ...containers[0], name: 'first' }] }),
  },
  {
    ...{ title: 'a tag', at: `${container}.image`, cluster: accepted },
    container: { image: 'registry.example/mcpcat/time:1' },
  },
  {
    ...{ title: "the image's own process 1", at: `${container}.command`, cluster: accepted },
    container: { command: undefined },
  },
  {
    ...{ title: 'a terminal', at: `${container}.tty`, cluster: accepted },
    container: { tty: true },
  },
  {
    ...{ title: 'a command of the node', at: `${container}.livenessProbe`, cluster: accepted },
    container: { livenessProbe: { exec: { command: ['true'] } } },
  },
  {
    ...{ title: 'a secret in the environment', at: `${container}.env`, cluster: accepted },
    container: { env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
  },
  ...['memory', 'cpu', 'ephemeral-storage'].map((limit): Change => ({
    ...{ title: `no limit of ${limit}`, at: `${container}.resources.limits.${limit}`, cluster: accepted },
    container: { resources: { limits: withoutLimit(limit) } },
  })),
];

function withoutLimit(name: string): Record<string, string> {
  const limits = hardenedPod().spec.containers[0]?.resources?.limits ?? {};
  return Object.fromEntries(Object.entries(limits).filter(([other]) => other !== name));
}

/** One pod for each line that makes ours hard, softer by that line alone. */
export const softerPods: readonly Softer[] = changes.map((change) => ({
  title: change.title,
  at: change.at,
  cluster: change.cluster,
  pod: (image) => softer(hardenedPod(image), change),
}));

/** As JSON has it: what is undefined is not there. */
function softer(pod: PodBody, change: Change): PodBody {
  const { spec } = pod;
  const [first] = spec.containers;
  const changed = {
    ...spec,
    securityContext: { ...spec.securityContext, ...change.podSecurity },
    containers: [
      { ...first, ...change.container, securityContext: { ...first?.securityContext, ...change.security } },
    ],
    volumes: [...(spec.volumes ?? []), ...(change.volume === undefined ? [] : [change.volume])],
  };
  const text = JSON.stringify({ ...pod, spec: { ...changed, ...change.spec?.(spec) } });
  return JSON.parse(text) as PodBody;
}
