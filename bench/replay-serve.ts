/**
 * `npm run replay:serve [-- LOG] [--over stdio|http] [--seconds N] [--profile FILE]`: a log of calls (`mcpcat calls`,
 * recorded with `--log-content`) is made again against `serve`, in so many seconds for each transport, and what comes of
 * each call is held against the log. LOG is a file of it or the folder; if none is named, the day in
 * bench/replay/day.jsonl.
 *
 * Servers are started with what a profile says, or with nothing of the user's, in a home of its own either way. Pauses
 * shrink with the day, and with them (where no profile is given) the time after which an idle server is put to sleep, so
 * servers sleep and start as they would. Ends with 1 if an outcome is another than in the log (what a machine decides,
 * such as a time-out, is only shown), a call is missing in the log of the replay, or a container is left.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCalls } from '../src/call-log/read-calls.ts';
import { McpcatError } from '../src/lib/errors.ts';
import { defaultIdleMs } from '../src/serve/policy.ts';
import { eventually, testEngine } from '../test/rig/engine.ts';
import { newContainers } from './new-containers.ts';
import { compare, counts, type Difference } from './replay/compare.ts';
import { loggedSessions, type LoggedSession } from './replay/logged-calls.ts';
import { play } from './replay/play.ts';
import { schedule } from './replay/schedule.ts';
import { serving, shownNames, type Transport } from './replay/serving.ts';

const option = (name: string, usual: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? usual : (process.argv[at + 1] ?? usual);
};
const named = process.argv[2]?.startsWith('--') === true ? undefined : process.argv[2];
const log = named ?? path.join(import.meta.dirname, 'replay/day.jsonl');
const seconds = Number(option('seconds', '45'));
const over = option('over', 'stdio,http').split(',');
/** Seconds that a replay may take on top, for servers that start and calls that take their time. */
const lateSeconds = 120;

const sessions = await loggedSessions(log).catch((error: unknown) => {
  if (!(error instanceof McpcatError)) throw error;
  process.stderr.write(`replay:serve: ${error.message}\n`);
  process.exit(2);
});
const engine = await testEngine();
const calls = sessions.flatMap((session) => session.calls);
const servers = [...new Set(calls.map(({ server }) => server))].toSorted();
const fromMs = Math.min(...calls.map(({ atMs }) => atMs));
const lengthMs = Math.max(...calls.map(({ atMs }) => atMs)) - fromMs;
const scale = Math.min(1, (seconds * 1000) / Math.max(1, lengthMs));
const idleSeconds = Math.max(1, Math.round((defaultIdleMs * scale) / 1000));

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function replay(transport: Transport): Promise<boolean> {
  const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-replay-'));
  try {
    return await replayAt(home, transport);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function replayAt(home: string, transport: Transport): Promise<boolean> {
  const nameOf = (session: LoggedSession): string =>
    `replay-${String(process.pid)}-${transport}-${String(sessions.indexOf(session))}`;
  writeProfile(home);
  const containers = await newContainers(engine);
  const options = { home, profile: 'replay', toolName: shownNames(sessions) };
  await (await (await serving('stdio', options)).open('replay-recording')).close();
  const front = await serving(transport, options);
  const startedAt = performance.now();
  const signal = AbortSignal.timeout((seconds + lateSeconds) * 1000);
  await Promise.all(
    sessions.map(async (session) =>
      play({
        due: schedule(session.calls, { fromMs, scale }),
        startedAt,
        signal,
        open: async () => front.open(nameOf(session)),
      }),
    ),
  );
  const took = (performance.now() - startedAt) / 1000;
  await front.close();
  const folder = path.join(home, '.local/share/mcpcat/calls');
  const again = await readCalls(folder, {}, calls.length * 2);
  const found = compare(sessions, again.calls, nameOf);
  const left = await eventually(containers, (count) => count === 0, { withinMs: 30_000 }).catch(containers);
  print(
    `${transport}: ${String(found.calls)} calls of ${String(sessions.length)} sessions, ${String(servers.length)} servers, ${(lengthMs / 3_600_000).toFixed(1)} h in ${took.toFixed(0)} s: ${String(found.same)} with the outcome of the log; ${String(found.sameResults)} of ${String(found.results)} results are the same to the byte`,
  );
  if (found.otherResults.length > 0) print(`       other results: ${found.otherResults.join(', ')}`);
  for (const difference of found.differences) print(`       ${shown(difference)}`);
  const bad = found.differences.filter(counts).length;
  if (found.extra > 0) print(`       ${String(found.extra)} calls that nobody made`);
  if (left > 0) print(`       ${String(left)} containers are left`);
  return bad === 0 && found.extra === 0 && left === 0;
}

function shown({ session, server, tool, was, is }: Difference): string {
  return `${session.slice(0, 8)} ${server} ${tool}: was ${was}, is ${is}`;
}

function writeProfile(home: string): void {
  const folder = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(folder, { recursive: true });
  const lines = servers.map((server) => `  ${server}:\n`).join('');
  const made = `defaults: { idle: ${String(idleSeconds)}s }\nservers:\n${lines}`;
  const given = option('profile', '');
  writeFileSync(path.join(folder, 'replay.yaml'), given === '' ? made : readFileSync(given));
}

let holds = true;
for (const transport of ['stdio', 'http'] as const)
  if (over.includes(transport)) holds = (await replay(transport)) && holds;
print(`replay:serve: ${holds ? 'ok' : 'FAILED'}`);
process.exitCode = holds ? 0 : 1;
