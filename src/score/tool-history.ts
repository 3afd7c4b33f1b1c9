import { points, type Points, type ScoreFacts, type ScoreLine } from './facts.ts';

/** Releases that are looked back at. */
const lookedAt = 5;

/** A tool that is reworded between two releases is how a server that was harmless becomes another. */
export const toolHistory: ScoreLine = {
  what: 'changes of its tools over releases',
  of: 5,
  source: 'history.json',
  sandboxed: historyPoints,
  alone: () => points(0, 'a change comes with the next start, and nobody is told'),
};

function historyPoints({ server, history }: ScoreFacts): Points {
  const last = history.at(-1);
  if (last === undefined) return points(0, 'nothing is recorded');
  if (last.version !== server.version) return points(0, `recorded of ${last.version}, another release`);
  const recent = history.slice(-lookedAt);
  const twice = recent.some(({ version }, index) => recent[index - 1]?.version === version);
  if (twice) return points(0, 'one release has listed different tools at different times');
  const seen = recent.flatMap(({ changes }) => changes ?? []);
  if (seen.length === 0)
    return points(2, `one release is recorded, of ${last.date}: nothing to compare it with`);
  const moved = seen.filter(({ removed, changed }) => removed.length + changed.length > 0).length;
  const of = `${String(seen.length)} ${seen.length === 1 ? 'update' : 'updates'}`;
  return moved === 0
    ? points(5, `none of its tools was changed or taken away in ${of}`)
    : points(Math.max(1, 5 - 2 * moved), `tools were changed or taken away in ${String(moved)} of ${of}`);
}
