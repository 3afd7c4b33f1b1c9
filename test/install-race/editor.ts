/**
 * The random editor of test/install-race/race.ts, a process of its own: it reads the file that it is given, puts a
 * numbered comment into it, and writes it, as clients and editors do: into the file, by a rename, or at its end. It
 * does so at any time, and at the worst: when it sees that install has begun to write. It goes on until its input ends,
 * and prints the number of each edit that is done, with the way it went.
 */
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const [file = '', comment = '#', seed = '1'] = process.argv.slice(2);
let state = Number(seed);
const over = new AbortController();
process.stdin.on('end', () => over.abort()).resume();

/** xorshift32. */
function pick(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const ways = ['appended', 'written', 'renamed'] as const;
let number = 0;

function edit(): void {
  number += 1;
  const way = ways[pick(3)] ?? 'appended';
  write(`${comment} edit ${String(number)}\n`, way);
  writeSync(1, `${String(number)} ${way}\n`);
}

function write(line: string, way: (typeof ways)[number]): void {
  if (way === 'appended') return appendFileSync(file, line);
  // Behind the first line, which in JSON is the brace.
  const text = readFileSync(file, 'utf8').replace('\n', `\n${line}`);
  if (way === 'written') return writeFileSync(file, text);
  writeFileSync(`${file}.editor`, text);
  renameSync(`${file}.editor`, file);
}

/** Waits, and looks every millisecond whether install writes: systems have few watchers for all their programs. */
async function rest(milliseconds: number): Promise<void> {
  let isSeen = false;
  for (const end = performance.now() + milliseconds; performance.now() < end && !over.signal.aborted;) {
    const isWriting = readdirSync(path.dirname(file)).some((name) => name.includes('mcpcat-tmp'));
    if (isWriting && !isSeen && pick(2) === 0) edit();
    isSeen = isWriting;
    await wait(1);
  }
}

while (!over.signal.aborted) {
  edit();
  // Bursts, and rests in which an install comes through.
  await rest(pick(3) === 0 ? pick(20) : 100 + pick(400));
}
