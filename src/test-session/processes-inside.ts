import type { Engine } from '../engine/engine.ts';
import type { Channel } from '../session/session.ts';
import type { Attempt } from '../engine/probe-answers.ts';
import { probe } from './probe.ts';

/** A container counts its processes from 1. */
const looked = 256;

/**
 * Command lines of all processes, as the container itself sees them. A runtime with a kernel of its own keeps them from
 * the engine, which takes their numbers for the machine's and tells what runs there under these.
 */
export async function processesInside(
  engine: Pick<Engine, 'exec'>,
  channel: Pick<Channel, 'id' | 'init'>,
): Promise<readonly string[]> {
  const numbers = Array.from({ length: looked }, (_, index) => String(index + 1));
  const read = (file: string): Attempt[] =>
    numbers.map((pid) => ({ what: 'read', target: `/proc/${pid}/${file}` }));
  const answers = await probe(engine, channel, [...read('status'), ...read('cmdline')]);
  return numbers.flatMap((pid, index) => {
    const [status, command] = [answers[index], answers[index + looked]];
    // A thread is there by its number too, with the command line of its process (proc_pid_status(5), Tgid).
    const isProcess = status?.verdict === 'ok' && new RegExp(`^Tgid:\\s*${pid}$`, 'm').test(status.detail);
    return isProcess && command?.verdict === 'ok' ? [command.detail.replaceAll('\0', ' ').trim()] : [];
  });
}
