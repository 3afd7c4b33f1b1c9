import type { Engine, ExecSession } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Channel } from '../session/session.ts';

/** One thing that is tried from inside a container; `src/init/probe.h` says what each does. */
export interface Attempt {
  readonly what: 'name' | 'route' | 'talk' | 'write' | 'read' | 'list';
  /** A host, an IP address, `HOST PORT`, or a path. */
  readonly target: string;
}

/** What came of it. `detail` is a text, for `no` the system's own; nothing is known of one that did not end in time. */
export interface Answer {
  readonly verdict: 'ok' | 'no' | 'unknown';
  readonly detail: string;
  /** Paths, for `list`. */
  readonly items: readonly string[];
}

/** Milliseconds: each attempt has 8 s, all go on at once unless processes are few. */
const timeoutMs = 40_000;
const maxBytes = 16 << 20;

/**
 * Makes all attempts in a running container, as its own user, and resolves to their answers in order. Rejects with
 * `engine-failed` if it says nothing.
 */
export async function probe(
  engine: Pick<Engine, 'exec'>,
  { id, init }: Pick<Channel, 'id' | 'init'>,
  attempts: readonly Attempt[],
): Promise<Answer[]> {
  if (attempts.length === 0) return [];
  const words = attempts.map(({ what, target }) => `${what}:${target}`);
  const session = await engine.exec(id, [init, 'probe', ...words]);
  const { stdout, stderr } = await outputOf(session);
  if (parse(stdout).length === 0)
    throw new McpcatError('engine-failed', `the probe in the container gave no answer: ${stderr.trim()}`);
  return answersIn(stdout, attempts);
}

/** The answers to these attempts in what the probe wrote. */
export function answersIn(stdout: string, attempts: readonly Attempt[]): Answer[] {
  const lines = parse(stdout);
  return attempts.map((_, index) => answerOf(lines.filter((line) => line.index === index)));
}

async function outputOf(session: ExecSession): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(() => over.resolve(), timeoutMs);
  session.stdin.on('error', () => undefined).end();
  for (const name of ['stdout', 'stderr'] as const) {
    session[name].on('error', () => over.resolve());
    session[name].setEncoding('utf8').on('data', (text: string) => {
      // The server may have stopped the probe and answer in its place, but not fill our memory.
      if (said[name].length < maxBytes) said[name] += text;
    });
  }
  session.stdout.once('close', () => over.resolve());
  session.stdout.once('end', () => over.resolve());
  await over.promise;
  clearTimeout(timer);
  session.destroy();
  return said;
}

interface Line {
  readonly index: number;
  readonly verdict: string;
  readonly detail: string;
}

function parse(stdout: string): Line[] {
  return stdout.split('\n').flatMap((text) => {
    const match = /^(\d+) (ok|no|item) ([0-9a-f]*)$/.exec(text);
    if (match === null) return [];
    const detail = Buffer.from(match[3] ?? '', 'hex').toString();
    return [{ index: Number(match[1]), verdict: match[2] ?? '', detail }];
  });
}

function answerOf(lines: readonly Line[]): Answer {
  const items = lines.filter(({ verdict }) => verdict === 'item').map(({ detail }) => detail);
  const last = lines.find(({ verdict }) => verdict === 'ok' || verdict === 'no');
  if (last === undefined) return { verdict: 'unknown', detail: 'no answer in time', items };
  return { verdict: last.verdict === 'ok' ? 'ok' : 'no', detail: last.detail, items };
}
