import { sourceText } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine } from '../../engine/engine.ts';
import { launchLabels } from '../../launch/client.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import { hostPaths } from '../../sandbox/paths.ts';
import { sandboxOf } from '../../sandbox/policy.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { readSettings } from '../../settings/read.ts';
import { refuseAllow, restricted } from '../../settings/restrict.ts';
import type { Invocation, Terminal } from '../command.ts';
import { settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import { withCatalog } from '../with-catalog.ts';
import { authoritiesFor, networkForLaunch } from '../network.ts';
import { attemptLog } from '../render/attempts.ts';
import { differenceText, rememberStart, type Taken } from './last-start.ts';
import { consented } from './run-consent.ts';
import { chooseImage } from './run-image.ts';
import { isolated } from './run-isolation.ts';
import type { withoutMissing } from './run-limits.ts';
import { serverToRun } from './run-server.ts';
import { sayLabels } from './say-labels.ts';
import { settingsGiven } from './settings-given.ts';

type OfSession =
  | 'engine'
  | 'sandbox'
  | 'image'
  | 'onMissing'
  | 'accepts'
  | 'labels'
  | 'cache'
  | 'process1'
  | 'adjust'
  | 'network'
  | 'onAttempt'
  | 'onTunnelClosed';

/** A server of the catalog as this user starts it, whoever speaks with it. */
export interface PreparedRun {
  /** As the user's settings file restricts it. */
  readonly entry: Entry;
  readonly paths: ReturnType<typeof hostPaths>;
  /** All that is the same for a client and for a call from the terminal. */
  readonly session: Pick<LaunchRequest, OfSession>;
  /** To be called when the server runs: the next start says what differs. */
  readonly remember: () => void;
}

/**
 * Settings, consent, folders, image and isolation of one start, in the order in which they may refuse it; nothing is
 * created. What was agreed to first is recorded, and what the user should know is said on stderr.
 */
export async function prepareRun(name: string, invocation: Invocation): Promise<PreparedRun> {
  const { options, terminal } = invocation;
  if (name.includes(':')) return preparePackage(name, invocation);
  const quiet = options.flag('quiet');
  const settings = readSettings(terminal);
  const network = await networkForLaunch(settings, terminal);
  const [server, engine] = await Promise.all([serverToRun(invocation, name), engineOf(invocation)]);
  const { declared, recorded, exists, source } = server;
  const { agreed, record, stateLabels, isMeant } = consented(server, invocation);
  const { entry, ...restriction } = restricted(declared, settings, exists);
  refuseAllow(restriction, [...options.list('allow'), ...options.list('allow-local')]);
  const paths = hostPaths(terminal.host.home(terminal.env), terminal.host, terminal.env);
  const given = await settingsGiven(server, { allowed: agreed.grant.settings, settings, invocation });
  const overrides = overridesOf(given, invocation);
  const authorities = await authoritiesFor(network, terminal);
  const sandbox = sandboxOf(entry, { ...overrides, stateLabels, authorities }, paths);
  const taken = {
    settings: settings.map(({ file }) => file),
    catalog: sourceText(source),
    engine: engine.endpoint,
  };
  if (!quiet) sayBefore(sandbox, taken, terminal);
  const relabelled = quiet ? [] : await sayLabels(sandbox, { engine, labelled: paths.labelled, terminal });
  // A file of its own: most catalogs that are run name nobody who signs.
  const trust =
    server.signing && (await import('./image-trust.ts')).imageTrust(server, { invocation, engine });
  const onCluster = engine.parks === true ? await import('./run-on-cluster.ts') : undefined;
  const choosing = { invocation, engine, recorded, source, trust };
  const choice = await (onCluster?.clusterImage ?? chooseImage)(entry, choosing);
  const limited = await limitedBy({ invocation, engine, settings, sandbox });
  const holding = { invocation, engine, settings, sandbox: limited.sandbox, choice };
  const held = await (onCluster?.clusterIsolation ?? isolated)(holding);
  const unverified = options.flag('insecure-unverified')
    ? (await import('./say-unverified.ts')).sayUnverified(name, invocation)
    : {};
  await record(engine);
  return {
    entry,
    paths,
    session: {
      engine,
      ...choice,
      ...('session' in held ? held.session : {}),
      sandbox: held.sandbox,
      image: held.image,
      accepts: (found) => isMeant(found, { engine, sandbox }),
      labels: {
        ...launchLabels(name, terminal),
        ...limited.labels,
        ...held.labels,
        ...unverified,
      },
      cache: terminal.host.folders(terminal.env).cache,
      network,
      onAttempt: quiet ? () => undefined : attemptLog(name, { write: (text) => terminal.stderr.write(text) }),
      onTunnelClosed: (message) =>
        terminal.stderr.write(`mcpcat: ${name} has no network any more: ${message}\n`),
    },
    remember: () => rememberStart(name, relabelled.length === 0 ? taken : { ...taken, relabelled }, terminal),
  };
}

/** As with an image that is nowhere: a person at a terminal waits, a client does not. */
async function preparePackage(text: string, invocation: Invocation): Promise<PreparedRun> {
  const { packageServer } = await import('./package-server.ts');
  const waits = invocation.terminal.streams.stdin.isTTY;
  const { name, catalog } = await packageServer(text, invocation, waits ? 'add' : 'refuse');
  return prepareRun(name, withCatalog(invocation, catalog));
}

export function engineOf({ options, terminal }: Invocation): Promise<Engine> {
  const { env, host } = terminal;
  const say = options.flag('quiet')
    ? undefined
    : (line: string) => terminal.stderr.write(`mcpcat: ${line}\n`);
  return connectEngine({ endpoint: options.text('engine'), env, host, say, memory: 'kept' });
}

/** Nothing is loaded or asked where nobody does without a limit. */
async function limitedBy(start: Parameters<typeof withoutMissing>[0]): ReturnType<typeof withoutMissing> {
  if (start.invocation.options.list('accept-missing').length === 0)
    return { sandbox: start.sandbox, labels: {} };
  return (await import('./run-limits.ts')).withoutMissing(start);
}

type RunOverrides = Parameters<typeof sandboxOf>[1];

function localPorts({ options }: Invocation): readonly number[] {
  return options.list('allow-local').map((port) => {
    if (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535) return Number(port);
    throw new McpcatError('usage', `--allow-local: expected a port from 1 to 65535, found "${port}"`);
  });
}

function overridesOf(env: Readonly<Record<string, string>>, invocation: Invocation): RunOverrides {
  const { options, rest, terminal } = invocation;
  return {
    env,
    extraEnv: settingsOf(options.list('extra-env'), '--extra-env', terminal.env),
    timeZone: terminal.env['TZ'],
    mounts: mountRequests(options.list('mount')),
    state: 'kept',
    network: {
      allow: options.list('allow'),
      allowLocal: localPorts(invocation),
      deny: options.flag('deny-network'),
    },
    memory: options.text('memory'),
    cpus: options.text('cpus'),
    pids: options.text('pids'),
    args: rest,
  };
}

/** What a start takes from elsewhere than last time is said, and the widest permission of all is never given silently. */
function sayBefore({ name, network }: Sandbox, taken: Taken, terminal: Terminal): void {
  const { stderr } = terminal;
  const difference = differenceText(name, taken, terminal);
  if (difference !== undefined) stderr.write(`mcpcat: ${difference}\n`);
  if (network.some(({ kind }) => kind === 'any'))
    stderr.write(`mcpcat: ${name} MAY REACH THE WHOLE INTERNET (--deny-network takes that away)\n`);
}
