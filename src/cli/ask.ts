import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { McpcatError } from '../lib/errors.ts';
import type { Terminal } from './command.ts';

/** Whether there is a person at the other end. */
export function canAsk({ streams }: Terminal): boolean {
  return streams.stdin.isTTY === true && streams.stderr.isTTY === true;
}

/** Yes or no; everything but yes is no. Throws `cancelled` on Ctrl-C. */
export async function askYes(question: string, terminal: Terminal): Promise<boolean> {
  return /^y(?:es)?$/i.test((await ask(`${question} [y/N] `, terminal, 'shown')).trim());
}

/** What is typed is not shown. */
export async function askSecret(question: string, terminal: Terminal): Promise<string> {
  const text = await ask(question, terminal, 'hidden');
  terminal.stderr.write('\n');
  return text;
}

async function ask(question: string, terminal: Terminal, echo: 'shown' | 'hidden'): Promise<string> {
  const { stdin, stderr } = terminal.streams;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  terminal.stderr.write(question);
  const lines = createInterface({
    input: stdin,
    output: echo === 'hidden' ? silent : stderr,
    terminal: true,
  });
  const cancelled = new AbortController();
  lines.once('SIGINT', () => cancelled.abort());
  lines.once('close', () => cancelled.abort());
  try {
    return await lines.question('', {
      signal: AbortSignal.any([terminal.signal, cancelled.signal]),
    });
  } catch (error) {
    throw new McpcatError('cancelled', 'nothing was changed', { cause: error });
  } finally {
    lines.close();
  }
}
