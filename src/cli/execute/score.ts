import path from 'node:path';
import { jsonText } from '../../lib/folders.ts';
import { pool } from '../../lib/pool.ts';
import { scoresPage } from '../../score/page.ts';
import type { Score } from '../../score/score.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { readServersOf } from './build-environment.ts';
import { serverScore } from './server-score.ts';
import { writeOut } from './write-out.ts';

/** Enough to keep a disk busy. */
const maxAtOnce = 8;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const scores = await pool(await readServersOf(invocation), maxAtOnce, serverScore);
  const page = options.text('page');
  if (page !== undefined)
    await writeOut(path.resolve(page), scoresPage(scores), '--page names another place');
  if (options.flag('json')) terminal.stdout.write(jsonText(scores));
  else if (page === undefined)
    terminal.stdout.write(options.flag('all') ? overview(scores) : scores.map(explained).join('\n'));
  return 0;
};

function overview(scores: readonly Score[]): string {
  const sorted = scores.toSorted((a, b) => b.score - a.score || (a.server < b.server ? -1 : 1));
  return table(
    ['server', 'score', 'without a sandbox'],
    sorted.map(({ server, score, alone }) => [server, String(score), String(alone)]),
  );
}

function explained({ server, score, alone, lines }: Score): string {
  const rows = lines.map((line) => [
    `${String(line.points)}/${String(line.of)}`,
    line.what,
    line.because,
    `(${String(line.alone.points)}: ${line.alone.because})`,
    line.source,
  ]);
  return `${server}: ${String(score)} of 100 in the sandbox, ${String(alone)} without\n\n${table(['points', 'for', 'because', 'without a sandbox', 'from'], rows)}`;
}
