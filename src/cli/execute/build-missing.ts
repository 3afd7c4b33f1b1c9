import type { Engine } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';

interface Building {
  readonly invocation: Invocation;
  readonly engine: Engine;
  /** Undefined: where somebody is at a terminal. */
  readonly build: 'missing' | 'never' | undefined;
  readonly signal: AbortSignal | undefined;
  /** For people. */
  readonly write: (text: string) => void;
}

/**
 * Builds an image that is nowhere. A person at a terminal sees that it takes a minute; a client gives a server some
 * seconds, and shows nobody what is going on. Throws `image-missing`.
 */
export async function buildMissing(
  name: string,
  { invocation, engine, build, signal = invocation.terminal.signal, write }: Building,
): Promise<string> {
  const atTerminal = invocation.terminal.streams.stdin.isTTY;
  if ((build ?? (atTerminal ? 'missing' : 'never')) === 'never')
    throw new McpcatError('image-missing', `${name} has no image on this engine yet`, {
      hint: `mcpcat build ${name}${build === undefined ? ', once, in a terminal: a client does not wait for it' : ''}`,
    });
  const { buildForRun } = await import('./build-for-run.ts');
  return buildForRun(name, { invocation, engine, signal, write });
}
