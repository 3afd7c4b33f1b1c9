import { statSync } from 'node:fs';
import { catalogId, sourceText } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine } from '../../engine/engine.ts';
import { launchLabels } from '../../launch/client.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import { ownValue } from '../../lib/own-value.ts';
import { hostPaths } from '../../sandbox/paths.ts';
import { sandboxOf } from '../../sandbox/policy.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { secretFile } from '../../secrets/file-store.ts';
import { readSettings, type Settings } from '../../settings/read.ts';
import { refuseAllow, restricted } from '../../settings/restrict.ts';
import type { Invocation, Terminal } from '../command.ts';
import { readEnvFile, settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import { withCatalog } from '../with-catalog.ts';
import { authoritiesFor, networkForLaunch } from '../network.ts';
import { attemptLog } from '../render/attempts.ts';
import { differenceText, rememberStart, type Taken } from './last-start.ts';
import { consented } from './run-consent.ts';
import { chooseImage } from './run-image.ts';
import { isolated } from './run-isolation.ts';
import type { withoutMissing } from './run-limits.ts';
import { serverToRun, type RunServer } from './run-server.ts';
import { secretSource } from './secret-source.ts';
import { sayLabels } from './say-labels.ts';

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

/** What a user gives a server, of what its entry names and was agreed to: stored secrets, environment, options. */
export async function settingsGiven(
  server: RunServer,
  {
    allowed,
    settings,
    invocation,
  }: {
    readonly allowed: readonly string[];
    readonly settings: readonly Settings[];
    readonly invocation: Invocation;
  },
): Promise<Readonly<Record<string, string>>> {
  const granted = Object.keys(server.declared.env).filter((setting) => allowed.includes(setting));
  const given = givenSettings(granted, invocation);
  const stored = await storedFor(server, { given, granted, settings, invocation });
  return { ...stored, ...given };
}

/** Nothing of the store is loaded for a server that has no secrets, and none is fetched that is given otherwise. */
async function storedFor(
  { declared, source }: RunServer,
  { given, granted, settings, invocation: { terminal, storedSecrets: wantedOnes = granted } }: Wanting,
): Promise<Readonly<Record<string, string>>> {
  const wanted = granted.filter((name) => wantedOnes.includes(name) && !Object.hasOwn(given, name));
  if (!wanted.some((name) => declared.env[name]?.secret)) return {};
  // Loading the store takes longer than all else that serve does for a server before it answers.
  if (statSync(secretFile(terminal), { throwIfNoEntry: false }) === undefined) return {};
  const { storedSecrets } = await import('../../secrets/secrets.ts');
  const owner = { catalog: catalogId(source), server: declared.name };
  return storedSecrets(owner, secretSource(terminal, settings), wanted);
}

interface Wanting {
  readonly given: Readonly<Record<string, string>>;
  readonly granted: readonly string[];
  readonly settings: readonly Settings[];
  readonly invocation: Invocation;
}

/** From the environment only what the entry names and the user has agreed to. */
function givenSettings(
  names: readonly string[],
  { options, terminal }: Invocation,
): Readonly<Record<string, string>> {
  const fromEnvironment = names.flatMap((name) => {
    const value = ownValue(terminal.env, name);
    // An empty one is given, too: whoever wants the default leaves it out.
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(fromEnvironment),
    ...fromFiles(options.list('env-file'), terminal.env),
    ...settingsOf(options.list('env'), '--env', terminal.env),
  };
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

/** A later file counts more, as an option counts more than a file. */
function fromFiles(files: readonly string[], env: Terminal['env']): Record<string, string> {
  return Object.assign({}, ...files.map((file) => readEnvFile(file, env))) as Record<string, string>;
}

/** What a start takes from elsewhere than last time is said, and the widest permission of all is never given silently. */
function sayBefore({ name, network }: Sandbox, taken: Taken, terminal: Terminal): void {
  const { stderr } = terminal;
  const difference = differenceText(name, taken, terminal);
  if (difference !== undefined) stderr.write(`mcpcat: ${difference}\n`);
  if (network.some(({ kind }) => kind === 'any'))
    stderr.write(`mcpcat: ${name} MAY REACH THE WHOLE INTERNET (--deny-network takes that away)\n`);
}
