import { reviewedSurfaces } from '../../catalog-index/reviewed-surfaces.ts';
import { catalogSource } from '../../catalog/catalog-source.ts';
import type { Engine } from '../../engine/engine.ts';
import type { FilesSeen } from '../../lib/file-state.ts';
import { keepSmall } from '../../launch/keep-small.ts';
import { stderrLine } from '../../launch/stderr-line.ts';
import type { Hub } from '../../serve/front.ts';
import { createHub } from '../../serve/hub.ts';
import { KeptLists } from '../../serve/kept-lists.ts';
import type { WarmPool } from '../../serve/warm-pool.ts';
import type { Execute, Invocation, Terminal } from '../command.ts';
import { shownOnTerminal } from '../shown-on-terminal.ts';
import { version } from '../version.ts';
import { recordedCalls } from './serve-calls.ts';
import { catalogTrust } from '../catalog-trust.ts';
import { chooseServed, type Choice } from './serve-choice.ts';
import { controlOf } from './serve-control-later.ts';
import { filesSeen, greetedBy, seeConsents } from './serve-greeting.ts';
import { keptListsOf, knownSurfaces } from './serve-known.ts';
import { addressIn, serveFront } from './serve-front.ts';
import type { Around } from './serve-around.ts';
import { givenNow } from './serve-missing.ts';
import { servedServer } from './serve-server.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  keepSmall();
  const stderr = stderrLine(shownOnTerminal(terminal.streams.stderr));
  const write = (text: string): void => stderr.write(Buffer.from(text));
  const say = (line: string): void => write(`mcpcat: ${line}\n`);
  const { names } = addressIn(invocation);
  const seen = filesSeen(invocation);
  const choice = await chooseServed({ ...invocation, positionals: names }, seen);
  seeConsents(seen, choice, terminal);
  const { servers, profile, policy } = choice;
  const known = await givenNow(servers, { profile, terminal });
  const missing = missingOf(choice, known);
  missing.forEach(say);
  const onStarted = once((engine: Engine) => reapLater(engine, terminal));
  const calls = await recordedCalls(invocation, say);
  const warm = options.text('warm') === undefined ? undefined : await warmPool(invocation, say);
  const reviewed = reviewedOf(invocation, { seen, say });
  const served = await Promise.all(
    known.map(async ({ server, given }) =>
      servedServer(server, { profile, given, reviewed, warm, write, say, onStarted }),
    ),
  );
  const all = createHub({
    servers: served,
    policy,
    keptLists: new KeptLists(keptListsOf(terminal)),
    onCall: calls.record,
    say,
    version,
  });
  const searched = options.flag('search') ? (await import('../../serve/search-hub.ts')).searchHub(all) : all;
  const hub = missing.length === 0 ? searched : await withStatus(searched, choice, terminal);
  const control = controlOf(hub, terminal, say);
  warm?.fill();
  const greeted = greetedBy({ choice, missing, served, seen, terminal, say });
  const urgency = await serveFront({ invocation, hub, greeted, say }).catch(async (error: unknown) => {
    await warm?.close();
    throw error;
  });
  await Promise.all([hub.close(urgency), warm?.close()]);
  await control.close();
  await calls.close();
  return 0;
};

function reviewedOf(
  invocation: Invocation,
  { seen, say }: { readonly seen: FilesSeen; readonly say: Around['say'] },
): ReturnType<typeof reviewedSurfaces> {
  const { options, terminal } = invocation;
  const { env, host, signal } = terminal;
  return reviewedSurfaces({
    source: catalogSource({ option: options.text('catalog'), env }),
    cache: host.folders(env).cache,
    trust: catalogTrust(invocation, 'refused'),
    ...knownSurfaces(invocation, { seen }),
    say,
    signal,
  });
}

/** Loaded only where it is asked for. */
async function warmPool(invocation: Invocation, say: (line: string) => void): Promise<WarmPool> {
  return (await import('./serve-warm.ts')).warmPool(invocation, say);
}

/** Loaded only where something is missing. */
async function withStatus(hub: Hub, choice: Choice, terminal: Terminal): Promise<Hub> {
  const { statusHub } = await import('../../serve/status-hub.ts');
  const { servers, profile } = choice;
  return statusHub(hub, async () => missingOf(choice, await givenNow(servers, { profile, terminal })));
}

function missingOf({ notServed }: Choice, known: Awaited<ReturnType<typeof givenNow>>): readonly string[] {
  return [...notServed, ...known.flatMap(({ given }) => given.missing)];
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
  setTimeout(() => {
    void import('../../launch/reap.ts').then(async ({ reap }) => reap(engine, host)).catch(() => undefined);
  }, 1500).unref();
}
