import type { Container, ContainerSecurity, PodBody, PodSpec, Volume } from './pod.ts';

/** One way in which a pod is softer than ours are. */
export interface Softening {
  /** As in the pod: `spec.containers[0].image`. */
  readonly at: string;
  readonly expected: string;
  /** What stands there; `nothing` if nothing does. */
  readonly found: string;
}

/**
 * What a pod lacks of what holds for every server of ours, whatever the cluster would accept: Pod Security's
 * `restricted` asks for neither a read-only root nor limits, a digest or the absence of a token, and a cluster's own
 * webhooks may add containers and volumes to what we wrote. Empty if it is as hard as ours. Pure; for the body that is
 * sent and the one that comes back.
 */
export function softenings({ spec }: Pick<PodBody, 'spec'>): readonly Softening[] {
  const [container] = spec.containers;
  return [
    ...expectEach('spec', spec, podRules),
    ...(container === undefined ? [] : containerSoftenings(spec, container)),
    ...(spec.volumes ?? []).flatMap((volume, index) => volumeSoftenings(volume, index)),
  ];
}

function containerSoftenings(spec: PodSpec, container: Container): Softening[] {
  const at = 'spec.containers[0]';
  return [
    ...identityOf(spec, container),
    ...expectEach(at, container, containerRules),
    ...expectEach(`${at}.securityContext`, container.securityContext ?? {}, contextRules),
  ];
}

/** Holds of a value: what is expected of it in words, and whether it is so. */
interface Rule<T> {
  readonly at: string;
  readonly expected: string;
  readonly of: (value: T) => unknown;
  readonly holds: (found: unknown) => boolean;
}

function is(wanted: unknown): Pick<Rule<never>, 'expected' | 'holds'> {
  return { expected: String(wanted), holds: (found) => found === wanted };
}

const isAbsent = { expected: 'nothing', holds: (found: unknown) => found === undefined || isEmpty(found) };
const isNotTrue = { expected: 'false', holds: (found: unknown) => found !== true };
const isLimit = {
  expected: 'a limit',
  holds: (found: unknown) => typeof found === 'string' && !/^0\D*$/.test(found),
};

function isEmpty(found: unknown): boolean {
  return Array.isArray(found) && found.length === 0;
}

/** The one that Pod Security takes for safe and the relay needs: it answers on port 53 without a capability. */
const safeSysctl = 'net.ipv4.ip_unprivileged_port_start';

const podRules: readonly Rule<PodSpec>[] = [
  { at: 'restartPolicy', ...is('Never'), of: ({ restartPolicy }) => restartPolicy },
  {
    ...{ at: 'activeDeadlineSeconds', expected: 'a number of seconds' },
    of: ({ activeDeadlineSeconds }) => activeDeadlineSeconds,
    holds: (found) => typeof found === 'number' && found > 0,
  },
  { at: 'automountServiceAccountToken', ...is(false), of: ({ automountServiceAccountToken: a }) => a },
  { at: 'enableServiceLinks', ...is(false), of: ({ enableServiceLinks }) => enableServiceLinks },
  { at: 'dnsPolicy', ...is('None'), of: ({ dnsPolicy }) => dnsPolicy },
  {
    ...{ at: 'dnsConfig.nameservers', expected: 'none but 127.0.0.1' },
    of: ({ dnsConfig }) => dnsConfig?.nameservers?.filter((address) => address !== '127.0.0.1') ?? [],
    holds: isEmpty,
  },
  // Devices by another name.
  { at: 'resourceClaims', ...isAbsent, of: ({ resourceClaims }) => resourceClaims },
  { at: 'hostNetwork', ...isNotTrue, of: ({ hostNetwork }) => hostNetwork },
  { at: 'hostPID', ...isNotTrue, of: ({ hostPID }) => hostPID },
  { at: 'hostIPC', ...isNotTrue, of: ({ hostIPC }) => hostIPC },
  { at: 'shareProcessNamespace', ...isNotTrue, of: ({ shareProcessNamespace: shared }) => shared },
  { at: 'initContainers', ...isAbsent, of: ({ initContainers }) => initContainers },
  { at: 'ephemeralContainers', ...isAbsent, of: ({ ephemeralContainers }) => ephemeralContainers },
  {
    ...{ at: 'containers', expected: 'one container' },
    of: ({ containers }) => containers,
    holds: (found) => Array.isArray(found) && found.length === 1,
  },
  {
    ...{ at: 'securityContext.supplementalGroups', expected: 'no group 0' },
    of: ({ securityContext }) => [...(securityContext?.supplementalGroups ?? []), securityContext?.fsGroup],
    holds: (found) => Array.isArray(found) && !found.includes(0),
  },
  {
    ...{ at: 'securityContext.sysctls', expected: `none but ${safeSysctl}` },
    of: ({ securityContext }) => (securityContext?.sysctls ?? []).map(({ name }) => name),
    holds: (found) => Array.isArray(found) && found.every((name) => name === safeSysctl),
  },
];

const ownLimits: ReadonlySet<string> = new Set(['memory', 'cpu', 'ephemeral-storage']);

const containerRules: readonly Rule<Container>[] = [
  {
    ...{ at: 'image', expected: 'NAME@sha256:DIGEST' },
    of: ({ image }) => image,
    holds: (found) => typeof found === 'string' && /^[^@\s]+@sha256:[0-9a-f]{64}$/.test(found),
  },
  {
    ...{ at: 'command', expected: 'mcpcat-init in front' },
    of: ({ command }) => command,
    holds: (found) => Array.isArray(found) && /(^|\/)mcpcat-init$/.test(String(found[0])),
  },
  { at: 'args', ...isAbsent, of: ({ args }) => args },
  { at: 'tty', ...isNotTrue, of: ({ tty }) => tty },
  { at: 'ports', ...isAbsent, of: ({ ports }) => ports },
  { at: 'envFrom', ...isAbsent, of: ({ envFrom }) => envFrom },
  {
    ...{ at: 'env', expected: 'values that stand in the pod' },
    of: ({ env = [] }) => env.filter(({ valueFrom }) => valueFrom !== undefined).map(({ name }) => name),
    holds: isEmpty,
  },
  { at: 'lifecycle', ...isAbsent, of: ({ lifecycle }) => lifecycle },
  { at: 'livenessProbe', ...isAbsent, of: ({ livenessProbe }) => livenessProbe },
  { at: 'readinessProbe', ...isAbsent, of: ({ readinessProbe }) => readinessProbe },
  { at: 'startupProbe', ...isAbsent, of: ({ startupProbe }) => startupProbe },
  { at: 'volumeDevices', ...isAbsent, of: ({ volumeDevices }) => volumeDevices },
  {
    ...{ at: 'volumeMounts', expected: 'no propagation' },
    of: ({ volumeMounts = [] }) =>
      volumeMounts
        .filter(({ mountPropagation = 'None' }) => mountPropagation !== 'None')
        .map(({ name }) => name),
    holds: isEmpty,
  },
  { at: 'resources.limits.memory', ...isLimit, of: ({ resources }) => resources?.limits?.['memory'] },
  { at: 'resources.limits.cpu', ...isLimit, of: ({ resources }) => resources?.limits?.['cpu'] },
  {
    ...{ at: 'resources.limits.ephemeral-storage', ...isLimit },
    of: ({ resources }) => resources?.limits?.['ephemeral-storage'],
  },
  {
    // Whatever a plug-in of a node gives out for it: devices, mostly.
    ...{ at: 'resources.limits', expected: 'none but memory, cpu and ephemeral-storage' },
    of: ({ resources }) => Object.keys(resources?.limits ?? {}).filter((name) => !ownLimits.has(name)),
    holds: isEmpty,
  },
];

const contextRules: readonly Rule<ContainerSecurity>[] = [
  { at: 'allowPrivilegeEscalation', ...is(false), of: ({ allowPrivilegeEscalation: allowed }) => allowed },
  { at: 'readOnlyRootFilesystem', ...is(true), of: ({ readOnlyRootFilesystem: readOnly }) => readOnly },
  { at: 'privileged', ...isNotTrue, of: ({ privileged }) => privileged },
  {
    ...{ at: 'capabilities.drop', expected: 'ALL' },
    of: ({ capabilities }) => capabilities?.drop,
    holds: (found) => Array.isArray(found) && found.includes('ALL'),
  },
  { at: 'capabilities.add', ...isAbsent, of: ({ capabilities }) => capabilities?.add },
  {
    ...{ at: 'procMount', expected: 'Default' },
    of: ({ procMount }) => procMount ?? 'Default',
    holds: (found) => found === 'Default',
  },
];

/** Who it runs as, and behind which filter: the container's word counts before the pod's. */
function identityOf(
  { securityContext: pod = {} }: PodSpec,
  { securityContext: own = {} }: Container,
): Softening[] {
  return expectEach('spec.securityContext', { ...pod, ...own }, identityRules);
}

const isId = {
  expected: 'an id that is not 0',
  holds: (found: unknown) => typeof found === 'number' && found > 0,
};

const identityRules: readonly Rule<ContainerSecurity>[] = [
  { at: 'runAsNonRoot', ...is(true), of: ({ runAsNonRoot }) => runAsNonRoot },
  { at: 'runAsUser', ...isId, of: ({ runAsUser }) => runAsUser },
  { at: 'runAsGroup', ...isId, of: ({ runAsGroup }) => runAsGroup },
  {
    ...{ at: 'seccompProfile.type', expected: 'RuntimeDefault or Localhost' },
    of: ({ seccompProfile }) => seccompProfile?.type,
    holds: (found) => found === 'RuntimeDefault' || found === 'Localhost',
  },
  {
    ...{ at: 'appArmorProfile.type', expected: "the runtime's own, RuntimeDefault or Localhost" },
    of: ({ appArmorProfile }) => appArmorProfile?.type,
    holds: (found) => found === undefined || found === 'RuntimeDefault' || found === 'Localhost',
  },
  {
    // A level keeps pods apart, and some clusters give each namespace its own.
    ...{ at: 'seLinuxOptions', expected: 'no user, role or type' },
    of: ({ seLinuxOptions: { user, role, type } = {} }) =>
      [user, role, type].filter((one) => one !== undefined),
    holds: isEmpty,
  },
];

/** Memory with a limit, or a claim; anything else is of the node, of the cluster or not bounded. */
function volumeSoftenings(volume: Volume, index: number): Softening[] {
  const at = `spec.volumes[${String(index)}]`;
  const { name: _, ...kinds } = volume;
  const [kind = 'nothing', ...others] = Object.keys(kinds);
  const found = [kind, ...others].join(', ');
  if (others.length > 0 || (kind !== 'emptyDir' && kind !== 'persistentVolumeClaim'))
    return [{ at, expected: 'emptyDir or persistentVolumeClaim', found }];
  if (kind === 'persistentVolumeClaim') return [];
  const rules: readonly Rule<NonNullable<Volume['emptyDir']>>[] = [
    { at: 'medium', ...is('Memory'), of: ({ medium }) => medium },
    { at: 'sizeLimit', ...isLimit, of: ({ sizeLimit }) => sizeLimit },
  ];
  return expectEach(`${at}.emptyDir`, volume.emptyDir ?? {}, rules);
}

function expectEach<T>(below: string, value: T, rules: readonly Rule<T>[]): Softening[] {
  return rules.flatMap(({ at, expected, of, holds }) => {
    const found = of(value);
    return holds(found) ? [] : [{ at: `${below}.${at}`, expected, found: foundText(found) }];
  });
}

function foundText(found: unknown): string {
  if (found === undefined || isEmpty(found)) return 'nothing';
  return typeof found === 'string' ? found : JSON.stringify(found);
}
