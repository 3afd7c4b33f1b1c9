import { markdownText } from '../lib/markdown-text.ts';
import { rubric, type Score } from './score.ts';

/** `docs/scores.md`: every server with and without the sandbox, and what the points are for. */
export function scoresPage(scores: readonly Score[]): string {
  const sorted = scores.toSorted((a, b) => b.score - a.score || (a.server < b.server ? -1 : 1));
  return `${[
    '<!-- Written by `mcpcat score --all --page`; do not edit. -->',
    '',
    '# Scores',
    '',
    `${String(scores.length)} servers have ${mean(scores.map(({ score }) => score))} of 100 points on average as mcpcat starts them, and ${mean(scores.map(({ alone }) => alone))} as their own documentation starts them: with a package manager's runner, on the user's machine, with the user's rights. \`mcpcat score NAME\` explains every point.`,
    '',
    'A score is made of files that are here, and is the same for everybody. It says how much a server could do and how much is known of it, not whether its makers mean well. What nobody has looked at gives no points.',
    '',
    '| Points for | at most | without a sandbox | from |',
    '| --- | --- | --- | --- |',
    ...rubric.map(
      ({ what, of, source }) => `| ${what} | ${String(of)} | ${mean(lineAlone(scores, what))} | ${source} |`,
    ),
    '',
    'The third column is the average of the catalog.',
    '',
    `| Server | Score | Without | ${rubric.map(({ what }) => what).join(' | ')} |`,
    `| --- | --- | --- | ${rubric.map(() => '---').join(' | ')} |`,
    ...sorted.map(rowOf),
  ].join('\n')}\n`;
}

function rowOf({ server, score, alone, lines }: Score): string {
  const cells = lines.map(({ points }) => String(points));
  return `| ${markdownText(server)} | **${String(score)}** | ${String(alone)} | ${cells.join(' | ')} |`;
}

function lineAlone(scores: readonly Score[], what: string): number[] {
  return scores.flatMap(({ lines }) =>
    lines.filter((line) => line.what === what).map(({ alone }) => alone.points),
  );
}

function mean(values: readonly number[]): string {
  if (values.length === 0) return '0';
  return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(1).replace(/\.0$/, '');
}
