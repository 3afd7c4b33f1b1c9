import path from 'node:path';
import { loadCatalog, selectServers } from '../../catalog/load.ts';
import { problemText } from '../../catalog/problem.ts';
import type { Server } from '../../catalog/server.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { pool } from '../../lib/pool.ts';
import { scoresPage } from '../../score/page.ts';
import type { Score } from '../../score/score.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { readableFolderOf } from './build-environment.ts';
import { serverScore } from './server-score.ts';
import { writeOut } from './write-out.ts';

/** Enough to keep a disk busy. */
const maxAtOnce = 8;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const scores = await pool(await wanted(invocation), maxAtOnce, serverScore);
  const page = options.text('page');
  if (page !== undefined) await writeOut(path.resolve(page), scoresPage(scores));
  if (options.flag('json')) terminal.stdout.write(jsonText(scores));
  else if (page === undefined)
    terminal.stdout.write(options.flag('all') ? overview(scores) : scores.map(explained).join('\n'));
  return 0;
};

async function wanted(invocation: Invocation): Promise<readonly Server[]> {
  const { options, positionals, terminal } = invocation;
  const folder = await readableFolderOf(invocation);
  if (options.flag('all')) {
    const { servers, problems } = await loadCatalog(folder);
    for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
    return [...servers.values()];
  }
  if (positionals.length === 0)
    throw new McpcatError('usage', 'expected the name of a server, or --all', {
      hint: 'mcpcat list shows them',
    });
  return selectServers(folder, { names: positionals, all: false });
}

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
