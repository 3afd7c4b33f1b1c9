import { catalogId, sourceText } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Host } from '../../host/host.ts';
import { launchLabels } from '../../launch/client.ts';
import { keepSmall } from '../../launch/keep-small.ts';
import { launch, type ClientReason, type LaunchResult } from '../../launch/launch.ts';
import { reap } from '../../launch/reap.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { madeSince } from '../../sandbox/guards.ts';
import { McpcatError } from '../../lib/errors.ts';
import { ownValue } from '../../lib/own-value.ts';
import { attemptLog } from '../render/attempts.ts';
import { endMessage } from '../../sandbox/end-reason.ts';
import { sandboxOf } from '../../sandbox/policy.ts';
import { hostPaths } from '../../sandbox/paths.ts';
import { initGraceMs } from '../../session/timeouts.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { restricted, refuseAllow } from '../../settings/restrict.ts';
import { readSettings } from '../../settings/read.ts';
import { readEnvFile, settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import type { Execute, Invocation, Terminal } from '../command.ts';
import { flagText } from '../flags.ts';
import { authoritiesFor, networkForLaunch } from '../network.ts';
import { shownOnTerminal } from '../shown-on-terminal.ts';
import { differenceText, rememberStart, type Taken } from './last-start.ts';
import { sayLabels } from './say-labels.ts';
import { consented } from './run-consent.ts';
import { chooseImage } from './run-image.ts';
import { isolated } from './run-isolation.ts';
import { serverToRun, type RunServer } from './run-server.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new McpcatError('usage', 'expected the name of one server', {
      hint: 'mcpcat list shows them; arguments for the server go after --',
    });
  const settings = readSettings(terminal);
  const network = await networkForLaunch(settings, terminal);
  const [server, engine] = await Promise.all([
    serverToRun(invocation, name),
    connectEngine({
      endpoint: options.text('engine'),
      env: terminal.env,
      host: terminal.host,
      memory: 'kept',
    }),
  ]);
  const { declared, recorded, exists, source } = server;
  const { agreed, record, stateLabels, isMeant } = consented(server, invocation);
  const { entry, ...restriction } = restricted(declared, settings, exists);
  refuseAllow(restriction, [...options.list('allow'), ...options.list('allow-local')]);
  const paths = hostPaths(terminal.host.home(terminal.env), terminal.host, terminal.env);
  const stored = await storedFor(server, invocation);
  const overrides = overridesOf(entry, { invocation, granted: agreed.grant.settings, stored });
  const authorities = await authoritiesFor(network, terminal);
  const sandbox = sandboxOf(entry, { ...overrides, stateLabels, authorities }, paths);
  const taken = {
    settings: settings.map(({ file }) => file),
    catalog: sourceText(source),
    engine: engine.endpoint,
  };
  if (!options.flag('quiet')) sayBefore(sandbox, taken, terminal);
  const relabelled = options.flag('quiet')
    ? []
    : await sayLabels(sandbox, { engine, labelled: paths.labelled, terminal });
  const choice = await chooseImage(entry, { invocation, engine, recorded, source });
  const grace = graceOf(options.text('grace'));
  const held = await isolated({ invocation, engine, settings, sandbox, choice });
  await record(engine);
  const accepts = (kind: string): boolean => entry.exceptions.some(({ finding }) => finding === kind);
  const result = await launch({
    engine,
    sandbox: held.sandbox,
    ...choice,
    image: held.image,
    accepts: (found) => isMeant(found, { engine, sandbox }),
    labels: { ...launchLabels(name, terminal), ...held.labels },
    cache: terminal.host.folders(terminal.env).cache,
    streams: () => ({
      stdin: terminal.streams.stdin,
      stdout: terminal.streams.stdout,
      stderr: shownOnTerminal(terminal.streams.stderr),
      sorted: accepts('stdout-noise'),
      holdInputMs: accepts('lost-answers') ? (grace ?? initGraceMs) : undefined,
    }),
    grace,
    network,
    onReady: (end) => watch(end, terminal.host),
    onAttempt: options.flag('quiet')
      ? () => undefined
      : attemptLog(name, { write: (text) => terminal.stderr.write(text) }),
    onTunnelClosed: (message) =>
      terminal.stderr.write(`mcpcat: ${name} has no network any more: ${message}\n`),
    onStarted: () => {
      keepSmall();
      rememberStart(name, relabelled.length === 0 ? taken : { ...taken, relabelled }, terminal);
      reapLater(engine, terminal.host);
    },
  });
  if (result.reason.kind === 'engine-gone')
    throw new McpcatError('engine-gone', `the engine went away while ${name} ran: ${result.reason.message}`, {
      hint: 'when it is back, the next mcpcat run or mcpcat prune removes what it may have left',
    });
  if (result.left !== undefined)
    terminal.stderr.write(
      `mcpcat: the engine has not confirmed that the container ${result.left.slice(0, 12)} is removed; mcpcat prune will\n`,
    );
  sayWhatRuns(sandbox, { paths, terminal });
  const message = lastWord(result, sandbox);
  if (message !== undefined) terminal.stderr.write(`mcpcat: ${message}\n`);
  return result.exitCode;
};

/** What was not there before can't be kept from being made, only be said. */
function sayWhatRuns(
  { name, written }: Sandbox,
  { paths, terminal }: { readonly paths: ReturnType<typeof hostPaths>; readonly terminal: Terminal },
): void {
  const made = written.flatMap((folder) => madeSince(folder, paths));
  if (made.length === 0) return;
  const shown = made.slice(0, 5).map((place) => oneLine(place, 300));
  const more = made.length > shown.length ? ` and ${String(made.length - shown.length)} more` : '';
  terminal.stderr.write(
    `mcpcat: ${name} has made what your machine may run by itself: ${shown.join(', ')}${more}; read it before you use the folder\n`,
  );
}

/** Why it ended, where the client did not ask for it. An end for want of memory is said by mcpcat-init. */
function lastWord({ reason, exitCode }: LaunchResult, sandbox: Sandbox): string | undefined {
  if (reason.kind === 'input-stuck')
    return `${sandbox.name} was ended: it has not read for a minute, and very much is waiting for it`;
  if (reason.kind === 'lease-lost') return `${sandbox.name} was ended: ${reason.message}`;
  if (reason.kind !== 'exited') return undefined;
  const end = endMessage({ exitCode, outOfMemory: false }, sandbox);
  return end === undefined
    ? undefined
    : [end.text, ...end.inputs.map((input) => `(see ${flagText(input)})`)].join(' ');
}

/** As early as this module is loaded: a client may be gone before there is a container. */
const parent = process.ppid;

type RunOverrides = Parameters<typeof sandboxOf>[1];

function localPorts({ options }: Invocation): readonly number[] {
  return options.list('allow-local').map((port) => {
    if (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535) return Number(port);
    throw new McpcatError('usage', `--allow-local: expected a port from 1 to 65535, found "${port}"`);
  });
}

interface Given {
  readonly invocation: Invocation;
  readonly granted: readonly string[];
  readonly stored: Readonly<Record<string, string>>;
}

/** Nothing of the store is loaded for a server that has no secrets. */
async function storedFor(
  { declared, source }: RunServer,
  { terminal }: Invocation,
): Promise<Given['stored']> {
  if (!Object.values(declared.env).some(({ secret }) => secret)) return {};
  const { storedSecrets } = await import('../../secrets/file-store.ts');
  return storedSecrets({ catalog: catalogId(source), server: declared.name }, terminal);
}

/** From the store and the environment only what the entry names and the user has agreed to. */
function overridesOf(entry: Entry, { invocation, granted, stored }: Given): RunOverrides {
  const { options, rest, terminal } = invocation;
  const names = Object.keys(entry.env).filter((name) => granted.includes(name));
  const fromEnvironment = names.flatMap((name) => {
    const value = ownValue(terminal.env, name);
    // An empty one is given, too: whoever wants the default leaves it out.
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    env: {
      ...Object.fromEntries(
        names.flatMap((name) => (Object.hasOwn(stored, name) ? [[name, stored[name] ?? '']] : [])),
      ),
      ...Object.fromEntries(fromEnvironment),
      ...fromFiles(options.list('env-file'), terminal.env),
      ...settingsOf(options.list('env'), '--env', terminal.env),
    },
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

function graceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new McpcatError('usage', `--grace: expected milliseconds, found "${text}"`);
}

/** What a start takes from elsewhere than last time is said, and the widest permission of all is never given silently. */
function sayBefore({ name, network }: Sandbox, taken: Taken, terminal: Terminal): void {
  const { stderr } = terminal;
  const difference = differenceText(name, taken, terminal);
  if (difference !== undefined) stderr.write(`mcpcat: ${difference}\n`);
  if (network.some(({ kind }) => kind === 'any'))
    stderr.write(`mcpcat: ${name} MAY REACH THE WHOLE INTERNET (--deny-network takes that away)\n`);
}

/** Everything from outside that ends a session, until this process ends with it. */
function watch(end: (reason: ClientReason) => void, host: Host): void {
  for (const signal of host.endSignals) process.on(signal, () => end({ kind: 'signal', signal }));
  const gone = (): void => {
    if (host.isOrphan(parent)) end({ kind: 'parent-gone' });
  };
  gone();
  setInterval(gone, 500).unref();
}

/** What others left behind must not delay this server. */
function reapLater(engine: Engine, host: Host): void {
  setTimeout(() => void reap(engine, host).catch(() => undefined), 1500).unref();
}
