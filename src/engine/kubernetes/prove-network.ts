import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Attachment, ContainerSettings } from '../engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { hostOf } from '../../lib/ip-address.ts';
import { label } from '../../lib/labels.ts';
import { randomId } from '../../lib/random-id.ts';
import { answersIn, probeWords, type Answer, type Attempt } from '../probe-answers.ts';
import { failureOf, type ExecEnd, type ExecStreams } from './channels.ts';
import type { ClusterAddresses } from './cluster-addresses.ts';
import { outcomeOf } from './connection-table.ts';
import type { PodBody } from './pod.ts';
import { podBodyOf, policyRuntime } from './pod-body.ts';
import { targetsOf, type Target, type Targets } from './probe-targets.ts';

/** What a probe pod can do, as the adapter gives it. */
export interface ProbePod {
  /** Of the node that it runs on. */
  readonly nodeAddress: string | undefined;
  exec(command: readonly string[]): Promise<ExecStreams>;
}

export interface Proving {
  /** Of the server whose start asks for the proof. */
  readonly settings: ContainerSettings;
  readonly namespace: string;
  /** Runs a pod for as long as `use` takes. */
  readonly withPod: <T>(body: PodBody, use: (pod: ProbePod) => Promise<T>) => Promise<T>;
  readonly server: URL;
  /** What the API tells of the addresses that shall be shut. */
  readonly addresses: () => Promise<ClusterAddresses>;
}

/** What was tried of a network that shall be shut. */
export interface Reached extends Target {
  readonly outcome: 'reached' | 'shut' | 'unknown';
}

export type NetworkProof =
  | { readonly kind: 'no-network' }
  /** Shut by a policy; the node itself is on the way of every packet, and most policies can't keep it out. */
  | {
      readonly kind: 'policy';
      readonly reachesNode: boolean;
      /** In words, what could not be tried, and may be reached for all we know. */
      readonly untried: readonly string[];
    };

/** Milliseconds after which connections that were tried are looked at; each is tried for 8 s (src/init/probe.c). */
const lookAfterMs = 3000;

/**
 * Proves with a pod of its own that a server would have no network, or none that leads anywhere. Throws `engine-unfit`
 * where it has, and where nobody can tell.
 */
export async function proveNetwork(proving: Proving): Promise<NetworkProof> {
  return proving.settings.runtime === policyRuntime ? provePolicy(proving) : proveNone(proving);
}

async function proveNone({ settings, namespace, withPod }: Proving): Promise<NetworkProof> {
  const body = probeBody(settings, namespace);
  return withPod(body, async (pod) => {
    const table = (await answers(pod, settings, [reading('/proc/net/dev')]))[0];
    const interfaces = interfacesIn(table?.detail ?? '');
    if (table?.verdict === 'ok' && interfaces.length === 1 && interfaces[0] === 'lo')
      return { kind: 'no-network' };
    throw new McpcatError(
      'engine-unfit',
      `pods of the RuntimeClass ${settings.runtime ?? ''} have a network: expected the interface lo alone, found ${interfaces.join(', ') || 'nothing that could be read'}`,
      { hint: `a runtime without network gives what is asked for (gVisor with network=none); ${policyHint}` },
    );
  });
}

const policyHint = `or name the isolation ${policyRuntime} where a NetworkPolicy shuts the namespace`;

async function provePolicy(proving: Proving): Promise<NetworkProof> {
  const { settings, namespace, withPod } = proving;
  const body = probeBody(settings, namespace);
  const { dnsConfig: _, ...spec } = body.spec;
  return withPod({ ...body, spec: { ...spec, dnsPolicy: 'ClusterFirst' } }, async (probe) => {
    const { tried, untried } = await whereabouts(proving, probe);
    const [reached, dns] = await Promise.all([
      connections(probe, settings, tried),
      clusterDns(probe, settings),
    ]);
    return judged([...reached, ...dns], untried);
  });
}

/** What is to be tried: from the kubeconfig, from the API as far as it may be read, and from the probe's own pod. */
async function whereabouts({ settings, server, addresses }: Proving, probe: ProbePod): Promise<Targets> {
  const [hosts, cluster, [told]] = await Promise.all([
    addressesOf(server),
    addresses(),
    answers(probe, settings, [reading('/etc/resolv.conf')]),
  ]);
  const resolvConf = told?.verdict === 'ok' ? told.detail : undefined;
  const apiServers = hosts.map((host) => `${host} ${server.port || '443'}`);
  const { nodeAddress } = probe;
  const targets = targetsOf({ apiServers, cluster, resolvConf, nodeAddress });
  if (targets.insideKnown) return targets;
  throw new McpcatError(
    'engine-unfit',
    'could not tell where pods reach the API server, so it counts as open',
    {
      hint: 'you need the right to read /api (system:discovery), or the service kubernetes of namespace default',
    },
  );
}

/** Pure. An API server, cluster DNS or metadata that is reached is no isolation; what is not known is none either. */
export function judged(reached: readonly Reached[], untried: readonly string[]): NetworkProof {
  const open = reached.filter(({ what, outcome }) => outcome === 'reached' && what !== 'node');
  if (open.length > 0)
    throw new McpcatError(
      'engine-unfit',
      `the policy of this namespace is not enforced: a pod reaches ${open.map(({ what, target }) => `${what} (${target})`).join(', ')}`,
      {
        hint: "a cluster enforces NetworkPolicies by its network plugin alone, and says nothing where that can't (Cilium and Calico can)",
      },
    );
  const unknown = reached.filter(({ outcome }) => outcome === 'unknown');
  if (unknown.length > 0)
    throw new McpcatError(
      'engine-unfit',
      `could not tell whether a pod reaches ${unknown.map(({ what }) => what).join(', ')}, so it counts as open`,
    );
  return {
    kind: 'policy',
    reachesNode: reached.some(({ what, outcome }) => what === 'node' && outcome === 'reached'),
    untried,
  };
}

/**
 * Most listeners wait for the first word, and the probe says none: so the table of the pod's connections is read while
 * they are tried (proc(5), /proc/net/tcp). One that is still being made is shut.
 */
async function connections(
  pod: ProbePod,
  settings: ContainerSettings,
  tried: readonly Target[],
): Promise<Reached[]> {
  const trying = answers(
    pod,
    settings,
    tried.map(({ target }) => ({ what: 'talk', target })),
  );
  trying.catch(() => undefined); // heard below
  await new Promise((resolve) => setTimeout(resolve, lookAfterMs));
  const tables = await answers(pod, settings, ['/proc/net/tcp', '/proc/net/tcp6'].map(reading));
  const table = tables.map(({ detail }) => detail).join('\n');
  const said = await trying;
  return tried.map((one, index) => ({ ...one, outcome: outcomeOf(one.target, table, said[index]) }));
}

async function clusterDns(pod: ProbePod, settings: ContainerSettings): Promise<readonly Reached[]> {
  const target = 'kubernetes.default.svc.cluster.local';
  const [answer] = await answers(pod, settings, [{ what: 'name', target }]);
  return [{ what: 'cluster-dns', target, outcome: isAnswered(answer) ? 'reached' : 'shut' }];
}

/** musl's words for a name that a resolver says there is none of: somebody has answered. */
const noSuchName = 'Name does not resolve';

function isAnswered(answer: Answer | undefined): boolean {
  return answer?.verdict === 'ok' || (answer?.verdict === 'no' && answer.detail === noSuchName);
}

async function addressesOf(server: URL): Promise<string[]> {
  const host = hostOf(server);
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** A pod of the same image and restrictions, which holds its own process 1 for as long as it may. */
function probeBody(settings: ContainerSettings, namespace: string): PodBody {
  const { MCPCAT_PREAMBLE: _handoff, MCPCAT_LEASE: _lease, MCPCAT_NETWORK: _network, ...env } = settings.env;
  const labels = { ...settings.labels, [label.role]: 'probe' };
  const name = `mcpcat-probe-${randomId()}`;
  const body = podBodyOf({ ...settings, env, labels }, { name, namespace });
  return { ...body, spec: { ...body.spec, activeDeadlineSeconds: 120 } };
}

async function answers(
  pod: ProbePod,
  settings: ContainerSettings,
  attempts: readonly Attempt[],
): Promise<Answer[]> {
  const [init = ''] = settings.entrypoint ?? [];
  const streams = await pod.exec([init, ...probeWords(attempts)]);
  streams.stdin.end();
  const text = await textOf(streams);
  refuseUnfinished(await streams.ended);
  return answersIn(text, attempts);
}

/** What a probe did not come to say says nothing of the network: least of all that it is shut. */
function refuseUnfinished(end: ExecEnd): void {
  const why = failureOf(end);
  if (why === undefined) return;
  if (end.kind === 'cut')
    throw new McpcatError('engine-gone', `the stream from the probe's pod broke: ${why}`, {
      hint: 'nothing is proved: try again',
    });
  throw new McpcatError('engine-failed', `the probe in the probe's pod did not do its work: ${why}`);
}

async function textOf({ stdout, stderr }: Pick<Attachment, 'stdout' | 'stderr'>): Promise<string> {
  stderr.resume();
  let text = '';
  for await (const chunk of stdout as AsyncIterable<Buffer>)
    if (text.length < 1 << 20) text += chunk.toString();
  return text;
}

function reading(target: string): Attempt {
  return { what: 'read', target };
}

function interfacesIn(table: string): string[] {
  return table.split('\n').flatMap((line) => /^\s*([^\s:|]+):/.exec(line)?.[1] ?? []);
}
