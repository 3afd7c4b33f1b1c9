import type { ContainerSettings, HostAddress, Labels } from '../engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { limited } from './limited.ts';
import type { Container, OwnerReference, PodBody, PodSpec } from './pod.ts';
import { affinityOf, claimsOf, foldersOf, together, type PodFolder } from './pod-folders.ts';

/** The one container of each pod. */
export const containerName = 'server';
/** Labels by which pods are found; what ours say in full are annotations, for a label holds no slash. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'mcpcat' } as const;
/** The same as a label selector (kubernetes.io, Labels and Selectors). */
export const ourSelector = Object.entries(managedBy)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');
/** A pod's server, as other tools show it. */
export const serverLabel = 'app.kubernetes.io/name';
/** Named as isolation instead of a RuntimeClass: a network that a policy keeps shut. */
export const policyRuntime = 'policy';

/** Seconds after which the cluster ends a pod whatever happens: a seat belt, for the lease ends it long before. */
const lifetimeSeconds = 24 * 3600;
/** Seconds between SIGTERM and SIGKILL; process 1 takes less. */
const graceSeconds = 3;
const mebibyte = 1024 ** 2;
/** Nothing of ours writes to the node's disk; without any limit a log or a layer could fill it. */
const ephemeralBytes = 64 * mebibyte;

interface Placing {
  readonly name: string;
  readonly namespace: string;
  /** With whose pod it goes, whatever becomes of that one. */
  readonly owner?: OwnerReference | undefined;
}

/**
 * Our settings as a Pod that meets Pod Security `restricted`. Pure. Throws `engine-unfit` for what no pod can be given,
 * and `usage` for an image that is not named by its digest.
 */
export function podBodyOf(settings: ContainerSettings, { name, namespace, owner }: Placing): PodBody {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        ...managedBy,
        [serverLabel]: labelValue(settings.labels[label.server] ?? ''),
        [label.role]: labelValue(settings.labels[label.role] ?? ''),
        ...together(settings),
      },
      annotations: annotationsOf(settings.labels),
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: specOf(settings),
  };
}

function specOf(settings: ContainerSettings): PodSpec {
  const { uid, gid } = idsOf(settings.user);
  const volumes = foldersOf(settings);
  const { hosts } = settings.nameResolution;
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: lifetimeSeconds,
    terminationGracePeriodSeconds: graceSeconds,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(settings.runtime === undefined || settings.runtime === policyRuntime
      ? {}
      : { runtimeClassName: settings.runtime }),
    ...(settings.hostname === undefined ? {} : { hostname: settings.hostname }),
    ...affinityOf(settings),
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['127.0.0.1'] },
    ...(hosts.length === 0 ? {} : { hostAliases: aliasesOf(hosts) }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: gid,
      fsGroup: gid,
      // What it keeps is not walked through at every start, only where its first folder is another group's.
      ...(claimsOf(settings).length === 0 ? {} : { fsGroupChangePolicy: 'OnRootMismatch' }),
      seccompProfile: { type: 'RuntimeDefault' },
      sysctls: Object.entries(settings.sysctls).map(([key, value]) => ({ name: key, value })),
    },
    containers: [containerOf(settings, volumes)],
    volumes: volumes.map(({ volume }) => volume),
  };
}

function containerOf(settings: ContainerSettings, volumes: readonly PodFolder[]): Container {
  const resources = {
    cpu: `${String(Math.max(1, Math.round(settings.nanoCpus / 1e6)))}m`,
    memory: String(settings.memoryBytes),
    'ephemeral-storage': String(ephemeralBytes),
  };
  return {
    name: containerName,
    image: byDigest(settings.image),
    imagePullPolicy: 'IfNotPresent',
    command: parkedCommand(settings),
    // Its end would be the parked process's; nobody attaches to hear of it.
    stdin: true,
    stdinOnce: false,
    tty: false,
    env: Object.entries(settings.env).map(([key, value]) => ({ name: key, value: escaped(value) })),
    // Why process 1 could not do its work, without reading logs.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    resources: {
      limits: resources,
      requests: {
        cpu: '10m',
        memory: String(Math.min(settings.memoryBytes, 32 * mebibyte)),
        'ephemeral-storage': '0',
      },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: settings.readOnlyRoot,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: volumes.map(({ mount }) => mount),
  };
}

/** Kubernetes expands `$(NAME)` in values and words; `$$` is a dollar sign. */
function escaped(value: string): string {
  return value.replaceAll('$', '$$$$');
}

/** Under the limits of its server: one that can't hold them ends here, before there is any. */
function parkedCommand({ parked, nofile }: ContainerSettings): readonly string[] {
  if (parked !== undefined) return limited(parked.command, { nofile }).map(escaped);
  throw new McpcatError(
    'engine-unfit',
    'in a cluster servers run beside a parked process 1, and this start has none',
  );
}

/** A tag may mean another image on each node. */
function byDigest(image: string): string {
  if (/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(image)) return image;
  throw new McpcatError(
    'usage',
    `a cluster runs images by digest alone: expected NAME@sha256:…, found ${image}`,
    {
      hint: 'publish it to a registry that the nodes pull from (mcpcat publish)',
    },
  );
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  if (uid > 0 && gid > 0) return { uid, gid };
  throw new McpcatError(
    'engine-unfit',
    `expected a server that works as uid:gid and not as root, found "${user}"`,
  );
}

function aliasesOf(hosts: readonly HostAddress[]): NonNullable<PodSpec['hostAliases']> {
  return [...Map.groupBy(hosts, ({ address }) => address)].map(([ip, all]) => ({
    ip,
    hostnames: all.map(({ name }) => name),
  }));
}

function annotationsOf(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

/** At most 63 of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends. */
function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
