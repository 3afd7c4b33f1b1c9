import { isIPv4 } from 'node:net';
import type { Answer } from '../probe-answers.ts';

type Outcome = 'reached' | 'shut' | 'unknown';
type Said = Pick<Answer, 'verdict' | 'detail'>;

/** States of a TCP connection in that table. */
const established = '01';
const beingMade = '02';

/** Ends of a connection that there was, in the words of the probe and of the system. */
const closed: ReadonlySet<string> = new Set(['closed without a word', 'Connection reset by peer']);

/** Pure. `said`: what the attempt itself came to by its end. */
export function outcomeOf(target: string, table: string, said: Said | undefined): Outcome {
  const [host = '', port = '0'] = target.split(' ');
  const states = statesOf(table, host, Number(port));
  const { verdict, detail = '' } = said ?? {};
  if (verdict === 'ok' || states.includes(established) || closed.has(detail)) return 'reached';
  // It ended with an error, or is on its way for ever.
  return verdict === 'no' || states.includes(beingMade) ? 'shut' : 'unknown';
}

/** Of all connections to an address and port: they stand there as hexadecimal, each 32 bits little-endian. */
function statesOf(table: string, host: string, port: number): string[] {
  const end = port.toString(16).padStart(4, '0').toUpperCase();
  const wanted = `${addressIn(host)}:${end}`;
  return table.split('\n').flatMap((line) => {
    const [, , remote = '', state = ''] = line.trim().split(/\s+/);
    // IPv4 in the table of IPv6 has its address at the end.
    return remote.endsWith(wanted) ? [state] : [];
  });
}

function addressIn(host: string): string {
  return bytesOf(host)
    .reduce<string[]>((words, byte, index) => {
      const word = Math.floor(index / 4);
      words[word] = byte.toString(16).padStart(2, '0') + (words[word] ?? '');
      return words;
    }, [])
    .join('')
    .toUpperCase();
}

function bytesOf(host: string): number[] {
  if (isIPv4(host)) return host.split('.').map(Number);
  const [head = '', tail] = host.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
