/**
 * `npm run bench:noise [-- PIECES]`: the noise filter (src/launch/sort-lines.ts) in turn with the rule that it replaced,
 * by which a line's first byte decided, each with a client behind it that reads from a pipe: throughput as ratios of pairs
 * of this process's CPU time, which mean something on a busy machine.
 * Each second line of the second column is a log's. Pieces are as an engine sends them: 32 KiB of a pipe at most.
 */
import { spawn } from 'node:child_process';
import { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { sortLines } from '../src/launch/sort-lines.ts';

/** Of each measurement: enough that it is not one of a compiler that warms up. */
const measured = Number(process.argv[2] ?? 6000);
const pairs = 5;
const pieceBytes = 32 << 10;
const newline = 0x0a;

/** The rule before (docs/decisions/0033). */
function byFirstByte(onNoise: (piece: Buffer) => void): Transform {
  let isMessage: boolean | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length;) {
        const end = chunk.indexOf(newline, at);
        const next = end < 0 ? chunk.length : end + 1;
        isMessage ??= chunk[at] === 0x7b || chunk[at] === 0x5b;
        const piece = chunk.subarray(at, next);
        if (isMessage) this.push(piece);
        else onNoise(piece);
        if (end >= 0) isMessage = undefined;
        at = next;
      }
      done();
    },
  });
}

type Filter = typeof byFirstByte;

function linesOf(bytes: number, order: 'Python' | 'TypeScript', noisy: boolean): readonly Buffer[] {
  const text = 'x'.repeat(Math.max(0, bytes - 60));
  const message =
    order === 'Python'
      ? `{"jsonrpc":"2.0","id":1,"result":{"text":"${text}"}}\n`
      : `{"result":{"text":"${text}"},"jsonrpc":"2.0","id":1}\n`;
  const noise = noisy ? `[INFO] ${text}\n` : '';
  const all = Buffer.from((message + noise).repeat(Math.max(2, Math.ceil((1 << 20) / bytes))));
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += pieceBytes) pieces.push(all.subarray(at, at + pieceBytes));
  return pieces;
}

/** Milliseconds of CPU time. */
async function cpuMs(filter: Filter, pieces: readonly Buffer[]): Promise<number> {
  let noise = 0;
  const sorter = filter((piece) => (noise += piece.length));
  const client = spawn('cat', { stdio: ['pipe', 'ignore', 'inherit'] });
  sorter.pipe(client.stdin);
  const rounds = Math.max(1, Math.round(measured / pieces.length));
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++)
    for (const piece of pieces)
      if (!sorter.write(piece)) await new Promise((resolve) => sorter.once('drain', resolve));
  sorter.end();
  await finished(client.stdin);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function ratio(pieces: readonly Buffer[]): Promise<number> {
  const ratios: number[] = [];
  for (let pair = -1; pair < pairs; pair++) {
    // The first pair warms up; who begins changes.
    const first = pair % 2 === 0 ? byFirstByte : sortLines;
    const second = pair % 2 === 0 ? sortLines : byFirstByte;
    const [one, two] = [await cpuMs(first, pieces), await cpuMs(second, pieces)];
    if (pair >= 0) ratios.push(first === byFirstByte ? one / two : two / one);
  }
  return ratios.toSorted((a, b) => a - b)[pairs >> 1] ?? Number.NaN;
}

process.stdout.write('times the throughput of the rule before\n');
for (const bytes of [150, 2000, 20_000, 60_000, 200_000, 2_000_000])
  for (const order of ['Python', 'TypeScript'] as const) {
    const [quiet, noisy] = [
      await ratio(linesOf(bytes, order, false)),
      await ratio(linesOf(bytes, order, true)),
    ];
    process.stdout.write(
      `${String(bytes).padStart(9)} bytes, as ${order.padEnd(10)} ${quiet.toFixed(2)} × messages alone, ${noisy.toFixed(2)} × with noise\n`,
    );
  }
