import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { secretNames, serveLabels, serveName, servePort, type ClusterObject } from './objects.ts';

export interface ServeWishes {
  readonly namespace: string;
  /** Image that mcpcat itself is in, by digest. */
  readonly image: string;

  readonly servers: readonly ListedServer[];
  /** What keeps sessions from any network: a RuntimeClass, or `policy`. */
  readonly isolation: string;
  /** What no cluster holds for one container, and is accepted by name. */
  readonly acceptMissing: readonly string[];
  /** Pods of each server that are kept parked before anybody asks. */
  readonly warm?: number | undefined;
}

/** `mcpcat serve` over HTTP for these servers, and the name that clients call it by. */
export function serveObjects(wishes: ServeWishes): ClusterObject[] {
  const metadata = { name: serveName, namespace: wishes.namespace, labels: serveLabels };
  const service = {
    selector: serveLabels,
    ports: [{ name: 'mcp', port: servePort, targetPort: 'mcp' }],
    // A session is in the memory of one pod.
    sessionAffinity: 'ClientIP',
  };
  const deployment = {
    replicas: 1,
    selector: { matchLabels: serveLabels },
    // The new one is ready before the old one is told to end.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: { metadata: { labels: serveLabels }, spec: podSpec(wishes) },
  };
  // Only what this file permits too is accepted.
  const settings = JSON.stringify({ servers: {}, acceptMissing: wishes.acceptMissing });
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'settings.json': settings } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deployment },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: service },
  ];
}

/** From the decision that it ends until it is told: who is sent to it until then is still answered. */
const leavingSeconds = 5;

const home = '/home/mcpcat';
const secretFolder = '/etc/mcpcat';
const user = 65_532;

function podSpec(wishes: ServeWishes): object {
  return {
    serviceAccountName: serveName,
    // It makes the pods of sessions; theirs have no token.
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(wishes)],
    volumes: [
      { name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      { name: 'settings', configMap: { name: serveName } },
      { name: 'token', secret: { secretName: secretNames.token, defaultMode: 0o440 } },
    ],
  };
}

function container(wishes: ServeWishes): object {
  const { image, servers } = wishes;
  return {
    name: 'serve',
    image,
    command: ['mcpcat'],
    args: serveArguments(wishes),
    env: [
      { name: 'HOME', value: home },
      { name: 'TMPDIR', value: '/tmp' },
      ...ownPod,
      ...settingsOf(servers),
    ],
    ports: [{ name: 'mcp', containerPort: servePort }],
    // Whoever asks without the token is refused: that it listens is all that a probe may see.
    readinessProbe: { tcpSocket: { port: 'mcp' }, periodSeconds: 5 },
    // Meanwhile the service learns that nobody is to be sent here any more (Kubernetes 1.30).
    lifecycle: { preStop: { sleep: { seconds: leavingSeconds } } },
    resources: {
      requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '16Mi' },
      limits: { cpu: '1', memory: '512Mi', 'ephemeral-storage': '64Mi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'home', mountPath: home },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'settings', mountPath: `${home}/.config/mcpcat`, readOnly: true },
      { name: 'token', mountPath: secretFolder, readOnly: true },
    ],
  };
}

/** The cluster takes the sessions' pods away with this one, also where it was given no time to do that itself. */
const ownPod = ['name', 'namespace', 'uid'].map((field) => ({
  name: `MCPCAT_POD_${field.toUpperCase()}`,
  valueFrom: { fieldRef: { fieldPath: `metadata.${field}` } },
}));

function serveArguments({ namespace, servers, isolation, acceptMissing, warm }: ServeWishes): string[] {
  const suffixes = ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`];
  return [
    ...['serve', ...servers.map(({ name }) => name)],
    ...['--http', `0.0.0.0:${String(servePort)}`],
    ...suffixes.map((suffix) => `--host-name=${serveName}${suffix}`),
    `--token-file=${secretFolder}/token`,
    `--engine=kubernetes://in-cluster/${namespace}`,
    `--isolation=${isolation}`,
    ...acceptMissing.map((name) => `--accept-missing=${name}`),
    ...(warm === undefined ? [] : [`--warm=${String(warm)}`]),
  ];
}

/** Of all servers: each knows its own by name, and hands them to its server alone. */
function settingsOf(servers: readonly ListedServer[]): object[] {
  const required = new Map<string, boolean>();
  for (const { env } of servers)
    for (const [name, setting] of Object.entries(env))
      required.set(name, (required.get(name) ?? false) || setting.required);
  return [...required]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secretNames.settings, key: name, optional: !required.get(name) } },
    }));
}
