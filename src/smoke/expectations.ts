import { policyOf } from '../egress/policy.ts';
import type { PermittedRule } from '../egress/rules.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Answer, Attempt } from '../engine/probe-answers.ts';

/** One half of a proof: something declared that must work, or something not declared that must not. */
export interface Expectation {
  readonly attempt: Attempt;
  /** `absent`: there is not even such a file. `greeting`: the sinkhole answers. */
  readonly expected: 'ok' | 'no' | 'absent' | 'greeting';
  /** What is tried, for people. */
  readonly says: string;
}

const never = 'mcpcat-probe.example.net';
/** As data leaves through a resolver: in the labels of a name. */
const tunnel = `${'6d6370636174'.repeat(5)}.${'70726f6265'.repeat(6)}.t.${never}`;
/** Documentation addresses stand for the internet (RFC 5737, RFC 3849): only their routes are asked for, nothing is sent. */
const addresses = {
  'an IP address of the internet': ['192.0.2.1', '203.0.113.53', '2001:db8::1'],
  'the metadata service of a cloud': ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254'],
  'the host, or another container': ['172.17.0.1', '172.17.0.2', '10.88.0.1', '192.168.65.2', '10.0.2.2'],
  'the local network': ['192.168.0.1', '10.0.0.1', 'fd00::1', '224.0.0.251'],
} as const;
const hostNames = [
  'host.mcpcat.internal',
  'host.docker.internal',
  'gateway.docker.internal',
  'metadata.google.internal',
];
const engineSockets = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'];
const closedFolders = [
  '/',
  '/app',
  '/bin',
  '/dev',
  '/dev/mqueue',
  '/dev/shm',
  '/etc',
  '/home/mcpcat',
  '/opt',
  '/proc/sys/kernel',
  '/run',
  '/sys/fs/cgroup',
  '/tmp',
  '/usr/local',
  '/var/tmp',
];

/** Everything that a probe in this sandbox has to find, both ways. Pure: the probe tries, a check compares. */
export function expectationsOf(sandbox: Sandbox): Expectation[] {
  return [
    ...declaredHosts(sandbox.network),
    ...declaredFolders(sandbox),
    ...undeclaredNames(sandbox.network),
    ...undeclaredAddresses(),
    ...wrongDoors(sandbox.network),
    ...undeclaredFolders(sandbox),
    ...engineSockets.map((target): Expectation => ({
      attempt: { what: 'read', target },
      expected: 'absent',
      says: 'the socket of the engine',
    })),
  ];
}

function declaredHosts(rules: readonly PermittedRule[]): Expectation[] {
  return rules.flatMap((rule) =>
    rule.ports.map((port): Expectation => ({
      attempt: { what: 'talk', target: `${exampleName(rule)} ${String(port)}` },
      expected: 'greeting',
      says: `the declared host ${exampleName(rule)}:${String(port)}`,
    })),
  );
}

/** A name that the rule covers. */
function exampleName({ kind, name }: PermittedRule): string {
  if (kind === 'exact') return name;
  return kind === 'suffix' ? `mcpcat-probe.${name}` : 'mcpcat-probe.example.com';
}

/** The probe writes by making a file in a folder; of a single file, reading back tells whether it may be written. */
function foldersAmong(mounts: Sandbox['mounts']): Sandbox['mounts'] {
  return mounts.filter(({ file }) => file !== true);
}

function declaredFolders({ writable, mounts }: Sandbox): Expectation[] {
  const open = [
    ...writable,
    ...foldersAmong(mounts)
      .filter(({ readOnly }) => !readOnly)
      .map(({ target }) => target),
  ];
  return open.map((target) => ({
    attempt: { what: 'write', target },
    expected: 'ok',
    says: `writing to the declared folder ${target}`,
  }));
}

/** Without a tunnel there is no resolver to ask: that there is none is tried below. */
function undeclaredNames(rules: readonly PermittedRule[]): Expectation[] {
  if (rules.length === 0) return [];
  const policy = policyOf(rules);
  const near = policy.names.map((name) => `mcpcat-probe.${name}`);
  const found = (names: readonly string[], says: string): Expectation[] =>
    names
      .filter((name) => !policy.knows(name))
      .map((target) => ({ attempt: { what: 'name', target }, expected: 'no', says: `${says} ${target}` }));
  return [
    ...found([never, ...near], 'the name'),
    ...found([tunnel], 'a tunnel through DNS,'),
    ...found(hostNames, 'the name'),
  ];
}

function undeclaredAddresses(): Expectation[] {
  return Object.entries(addresses).flatMap(([says, targets]) =>
    targets.map((target): Expectation => ({
      attempt: { what: 'route', target },
      expected: 'no',
      says: `${says} (${target})`,
    })),
  );
}

/** Loopback is where the tunnel begins: by another address or port than a declared one it leads nowhere. */
function wrongDoors(rules: readonly PermittedRule[]): Expectation[] {
  const talk = (target: string, says: string): Expectation => ({
    attempt: { what: 'talk', target },
    expected: 'no',
    says: `${says} (${target})`,
  });
  const resolvers = ['127.0.0.1 53', '127.0.0.11 53'].map((target) => talk(target, 'a resolver over TCP'));
  const [port] = rules.flatMap(({ ports }) => ports);
  if (port === undefined) return [...resolvers, talk('127.0.0.1 443', 'a listener on loopback')];
  const policy = policyOf(rules);
  const elsewhere = policy.names.flatMap((name) => {
    const other = policy.ports.find((candidate) => policy.permits(name, candidate).verdict === 'refused');
    return other === undefined ? [] : [talk(`${name} ${String(other)}`, 'a port of another host')];
  });
  return [
    ...resolvers.filter(({ attempt }) => !policy.ports.includes(Number(attempt.target.split(' ')[1]))),
    talk(`127.0.0.1 ${String(port)}`, 'the tunnel without a name'),
    talk(`127.77.255.254 ${String(port)}`, 'an address of the tunnel that belongs to no name'),
    ...policy.names.slice(0, 1).map((name) => talk(`${name} 1`, 'a port that is not declared')),
    ...elsewhere,
  ];
}

function undeclaredFolders({ writable, mounts: all, shmBytes }: Sandbox): Expectation[] {
  const mounts = foldersAmong(all);
  const open = [...writable, ...mounts.map(({ target }) => target)];
  const closed = [
    ...closedFolders.filter((folder) => !(folder === '/dev/shm' && shmBytes !== undefined)),
    ...mounts.filter(({ readOnly }) => readOnly).map(({ target }) => target),
  ];
  const readOnly = new Set(mounts.filter((mount) => mount.readOnly).map(({ target }) => target));
  return closed
    .filter((folder) => readOnly.has(folder) || !open.some((inside) => within(folder, inside)))
    .map((target) => ({
      attempt: { what: 'write', target },
      expected: 'no',
      says: `writing to ${target}`,
    }));
}

function within(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`);
}

/** Whether an answer is the expected one. An attempt that gave no answer proves nothing, whatever was expected. */
export function isMet({ expected }: Expectation, answer: Answer, greeting: string): boolean {
  switch (expected) {
    case 'ok':
      return answer.verdict === 'ok';
    case 'no':
      return answer.verdict === 'no';
    case 'absent':
      return answer.verdict === 'no' && answer.detail === 'No such file or directory';
    case 'greeting':
      return answer.verdict === 'ok' && answer.detail === greeting;
  }
}
