import type { CallLog } from '../../call-log/call-log.ts';
import { callLogFolder } from '../../call-log/log-files.ts';
import { reviewedSurfaces } from '../../catalog-index/reviewed-surfaces.ts';
import { catalogSource } from '../../catalog/catalog-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { clientName } from '../../launch/client-name.ts';
import { keepSmall } from '../../launch/keep-small.ts';
import { reap } from '../../launch/reap.ts';
import { stderrLine } from '../../launch/stderr-line.ts';
import { createHub } from '../../serve/hub.ts';
import { serveStdio } from '../../serve/stdio-front.ts';
import type { Execute, Terminal } from '../command.ts';
import { shownOnTerminal } from '../shown-on-terminal.ts';
import { version } from '../version.ts';
import { chooseServed } from './serve-choice.ts';
import { servedServer } from './serve-server.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  keepSmall();
  const stderr = stderrLine(shownOnTerminal(terminal.streams.stderr));
  const write = (text: string): void => stderr.write(Buffer.from(text));
  const say = (line: string): void => write(`mcpcat: ${line}\n`);
  const { servers, profile, policy } = await chooseServed(invocation, say);
  const onStarted = once((engine: Engine) => reapLater(engine, terminal));
  const log = lateLog({
    folder: callLogFolder(terminal),
    content: options.flag('log-content') ? 'logged' : 'none',
    onLost: say,
  });
  const { env, host, signal } = terminal;
  const reviewed = reviewedSurfaces({
    source: catalogSource({ option: options.text('catalog'), env }),
    cache: host.folders(env).cache,
    say,
    signal,
  });
  const all = createHub({
    servers: await Promise.all(
      servers.map(async (one) => servedServer(one, { profile, reviewed, write, say, onStarted })),
    ),
    policy,
    onCall: log.record,
    say,
    version,
  });
  const hub = options.flag('search') ? (await import('../../serve/search-hub.ts')).searchHub(all) : all;
  const { stdin, stdout } = terminal.streams;
  const client = clientName(terminal.host, { env: terminal.env, parent });
  await Promise.race([serveStdio({ hub, stdin, stdout, client }), told(terminal)]);
  await hub.close();
  await log.close();
  return 0;
};

/** Loaded when the first call is over: nobody waits for it, then. */
function lateLog(settings: ConstructorParameters<typeof CallLog>[0]): Pick<CallLog, 'record' | 'close'> {
  let log: Promise<CallLog> | undefined;
  return {
    record: (record) => {
      log ??= import('../../call-log/call-log.ts').then((module) => new module.CallLog(settings));
      void log.then((made) => made.record(record));
    },
    close: async () => (await log)?.close(),
  };
}

/** As early as this module is loaded: a client may be gone before there is anything to serve. */
const parent = process.ppid;

/** Asked to end by a signal, or left alone by whoever started us. */
async function told({ host, signal }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    for (const name of host.endSignals) process.on(name, () => resolve());
    setInterval(() => {
      if (host.isOrphan(parent)) resolve();
    }, 500).unref();
  });
}

function once<T>(work: (given: T) => void): (given: T) => void {
  let done = false;
  return (given) => {
    if (!done) work(given);
    done = true;
  };
}

/** What others left behind must not delay the first call. */
function reapLater(engine: Engine, { host }: Terminal): void {
  setTimeout(() => void reap(engine, host).catch(() => undefined), 1500).unref();
}
