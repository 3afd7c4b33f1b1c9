import type { Engine, ExecSession } from '../engine/engine.ts';
import { answersIn, hasAnswers, probeWords, type Answer, type Attempt } from '../engine/probe-answers.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Channel } from '../session/session.ts';

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
  const session = await engine.exec(id, [init, ...probeWords(attempts)]);
  const { stdout, stderr } = await outputOf(session);
  if (!hasAnswers(stdout))
    throw new McpcatError('engine-failed', `the probe in the container gave no answer: ${stderr.trim()}`);
  return answersIn(stdout, attempts);
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
