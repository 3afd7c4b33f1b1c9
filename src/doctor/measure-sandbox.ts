import type { ContainerSettings, Engine, Labels } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Answer, Attempt } from '../engine/probe-answers.ts';
import { probe } from '../test-session/probe.ts';
import { openSinkhole } from '../test-session/sinkhole.ts';
import { inTestSession } from '../test-session/test-session.ts';
import { hintOf, type Condition } from './condition.ts';
import { restrictionAttempts, restrictionsHeld } from './restrictions.ts';

export interface MeasureRequest {
  readonly engine: Engine;
  /** Any images; the first that is there is used. */
  readonly images: readonly string[];
  readonly labels: Labels;
}

const permitted = 'mcpcat-doctor.example.com';
const megabyte = 1024 ** 2;
const uid = 65532;
const sandbox: Sandbox = {
  name: 'mcpcat-doctor',
  env: {},
  secrets: {},
  // A base names no program; what is started is process 1 once more, wherever it lies.
  program: ['watch'],
  args: [],
  mounts: [],
  handed: [],
  written: [],
  user: `${String(uid)}:${String(uid)}`,
  writable: ['/tmp'],
  memoryBytes: 64 * megabyte,
  cpus: 1,
  pids: 64,
  shmBytes: undefined,
  readsResolvConf: true,
  network: [{ kind: 'exact', name: permitted, ports: [443], private: 'refused' }],
};

const networkAttempts = {
  interfaces: { what: 'read', target: '/proc/net/dev' },
  resolver: { what: 'read', target: '/etc/resolv.conf' },
  hosts: { what: 'read', target: '/etc/hosts' },
  route: { what: 'route', target: '192.0.2.1' },
  route6: { what: 'route', target: '2001:db8::1' },
  permitted: { what: 'talk', target: `${permitted} 443` },
  other: { what: 'name', target: 'mcpcat-doctor.example.net' },
} as const satisfies Readonly<Record<string, Attempt>>;

const attempts = { ...networkAttempts, ...restrictionAttempts };
type Answers = Readonly<Record<keyof typeof attempts, Answer>>;

/**
 * Starts a container with the settings of any server and measures from inside what this engine makes of them: network,
 * resolver and further hosts, rights, folders, limits. Engines differ from their documents, and say of themselves what
 * is not so. Nothing is sent anywhere. Never rejects.
 */
export async function measureSandbox(request: MeasureRequest): Promise<Condition[]> {
  const image = await firstPresent(request);
  if (image === undefined)
    return [
      {
        kind: 'sandbox',
        status: 'warning',
        message: 'no container was started: there is no base yet, so what this engine holds was not tried',
        hint: 'mcpcat base build go, then again: mcpcat doctor',
      },
    ];
  try {
    const { answers, greeting } = await answersFrom(request, image);
    const held = restrictionsHeld(answers, { ...sandbox, uid });
    return [noNetwork(answers), names(answers), tunnel(answers, greeting), ...held];
  } catch (error) {
    const message = `no container could be started and measured: ${messageOf(error)}`;
    return [{ kind: 'sandbox', status: 'failed', message, ...hintOf(error) }];
  }
}

async function firstPresent({ engine, images }: MeasureRequest): Promise<string | undefined> {
  for (const image of images) if ((await engine.inspectImage(image)) !== undefined) return image;
  return undefined;
}

async function answersFrom(
  { engine, labels }: MeasureRequest,
  image: string,
): Promise<{ readonly answers: Answers; readonly greeting: string }> {
  const sinkhole = openSinkhole();
  const testSession = {
    engine,
    image,
    labels,
    sandbox,
    dial: sinkhole.dial,
    onAttempt: () => undefined,
    adjust: (settings: ContainerSettings) => ({
      ...settings,
      // It would refuse to start where there is a network, and that is what is to be found out.
      env: { ...settings.env, MCPCAT_NETWORK: '' },
      entrypoint: [
        ...(settings.entrypoint ?? []).slice(0, 2),
        settings.entrypoint?.[0] ?? '',
        ...(sandbox.program ?? []),
      ],
    }),
  };
  const found = await inTestSession(testSession, async (running) => {
    running.attachment.stdout.resume();
    await running.tunnel;
    return probe(engine, running, Object.values(attempts));
  });
  const keys = Object.keys(attempts);
  const missing: Answer = { verdict: 'unknown', detail: '', items: [] };
  const answers = Object.fromEntries(keys.map((key, index) => [key, found[index] ?? missing]));
  return { answers: answers as Answers, greeting: sinkhole.greeting };
}

function noNetwork({ interfaces, route, route6 }: Answers): Condition {
  const kind = 'network-none';
  if (route.verdict === 'no' && route6.verdict === 'no' && interfaces.verdict === 'ok')
    return { kind, status: 'ok', message: 'a container has no network but loopback' };
  const found = [...interfaces.detail.matchAll(/^\s*([^\s:]+):/gm)].map((match) => match[1] ?? '');
  return {
    kind,
    status: 'failed',
    message: `a container without network has a way out (interfaces: ${found.join(', ') || 'unknown'})`,
    hint: 'servers do not start on this engine: look at what its network "none" does',
  };
}

/** Wildcards need the resolver; exact names stand in /etc/hosts too. */
function names({ resolver, hosts }: Answers): Condition {
  const kind = 'network-names';
  const servers = [...resolver.detail.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
  const listed = new RegExp(`^127\\.77\\.0\\.1\\s+${permitted.replaceAll('.', '\\.')}\\s*$`, 'm').test(
    hosts.detail,
  );
  if (servers.join() === '127.0.0.1' && listed)
    return { kind, status: 'ok', message: 'a container asks nobody but the tunnel for names' };
  const facts = `resolver ${servers.join(', ') || 'none'}, ${listed ? 'names' : 'no names'} in /etc/hosts`;
  return {
    kind,
    status: listed || servers.join() === '127.0.0.1' ? 'warning' : 'failed',
    message: `expected the resolver 127.0.0.1 and permitted names in /etc/hosts, found ${facts}`,
    hint: 'servers reach less than they may on this engine, never more',
  };
}

function tunnel({ permitted: reached, other }: Answers, greeting: string): Condition {
  const kind = 'network-tunnel';
  const good = reached.verdict === 'ok' && reached.detail === greeting;
  if (good && other.verdict === 'no')
    return {
      kind,
      status: 'ok',
      message: 'a permitted host is reached over the tunnel, another name does not exist',
    };
  const message = good
    ? 'a name that is not permitted has an address in a container'
    : `a permitted host is not reached over the tunnel: ${reached.detail.trim() || reached.verdict}`;
  return { kind, status: 'failed', message, hint: 'please report it with the version of this engine' };
}
