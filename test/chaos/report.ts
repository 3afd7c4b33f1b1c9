import { contestants, excuse, idOf, type Contestant } from './matrix.ts';
import type { Outcome } from './harness.ts';
import type { Result } from './play.ts';

export interface Totals {
  readonly contestant: Contestant;
  readonly launches: number;
  readonly leaks: number;
  /** Leaks that are held against us. */
  readonly unexcused: number;
  readonly created: number;
  readonly launchersLeft: number;
  readonly failed: number;
  /** Milliseconds from SIGKILL of the launcher to the container's absence. */
  readonly afterKill: Spread;
}

interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function totalsOf(results: readonly Result[], contestant: Contestant): Totals {
  const own = results.filter((result) => result.contestant === contestant);
  const count = (holds: (result: Result) => boolean): number => own.filter(holds).length;
  return {
    contestant,
    launches: own.length,
    leaks: count(isLeak),
    unexcused: count((result) => isLeak(result) && excuse(result) === undefined),
    created: count(({ verdict }) => verdict === 'created' || verdict === 'reaped'),
    launchersLeft: count((result) => result.launcherLeft && excuse(result) === undefined),
    failed: count(({ verdict }) => verdict === 'failed'),
    afterKill: spread(
      own.filter(({ teardown }) => teardown.endsWith('SIGKILL') && teardown !== 'parent-SIGKILL'),
    ),
  };
}

/** What makes the run a failure, one line each. */
export function faultsOf({ results }: Pick<Outcome, 'results'>): string[] {
  return results.flatMap((result) => {
    const { verdict, launcherLeft, session, detail } = result;
    const what = isLeak(result) ? 'leak' : launcherLeft ? 'launcher left' : verdict === 'failed' && 'failed';
    if (what === false || excuse(result) !== undefined) return [];
    return [`${what}: ${idOf(result)} (${session})${detail ? `: ${detail.trim()}` : ''}`];
  });
}

/** The table and the totals, as people read them. */
export function reportText(outcome: Outcome): string {
  const parts = contestants
    .filter((contestant) => outcome.results.some((result) => result.contestant === contestant))
    .map((contestant) => section(outcome.results, contestant));
  const { byLaunches, byPrune } = outcome.reaped;
  return [
    ...parts,
    `left in state created by mcpcat: ${String(byLaunches)} removed by the reap of later launches, ${String(byPrune)} by prune`,
    ...(outcome.notRun > 0 ? [`not run for want of time: ${String(outcome.notRun)} launches`] : []),
    '',
  ].join('\n');
}

function section(results: readonly Result[], contestant: Contestant): string {
  const own = results.filter((result) => result.contestant === contestant);
  const rows = Map.groupBy(own, ({ teardown, behaviour }) => `${teardown.padEnd(17)}${behaviour.padEnd(20)}`);
  const lines = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, of]) => title + cells(of));
  const { launches, leaks, unexcused, created, launchersLeft, failed, afterKill } = totalsOf(
    results,
    contestant,
  );
  return [
    contestant,
    `${'teardown'.padEnd(17)}${'server'.padEnd(20)}    n   p50   p99   max ms  created  leaks`,
    ...lines,
    `${contestant}: ${String(launches)} launches, ${String(leaks)} leaks${leaks === unexcused ? '' : ` (${String(unexcused)} of them ours)`}, ${String(created)} left created, ${String(launchersLeft)} launchers left, ${String(failed)} failed; gone after SIGKILL p50 ${ms(afterKill.p50)} p99 ${ms(afterKill.p99)} max ${ms(afterKill.max)} ms (${String(afterKill.count)})`,
    '',
  ].join('\n');
}

function cells(results: readonly Result[]): string {
  const { p50, p99, max } = spread(results);
  const leaks = results.filter(isLeak);
  const created = results.filter(({ verdict }) => verdict === 'created' || verdict === 'reaped').length;
  const where = leaks.length === 0 ? '' : ` (${leaks.map(({ moment }) => String(moment)).join(', ')})`;
  return `${[results.length, ms(p50), ms(p99), ms(max)].map((cell) => String(cell).padStart(5)).join(' ')}    ${String(created).padStart(7)}  ${String(leaks.length).padStart(5)}${where}`;
}

function isLeak({ verdict }: Result): boolean {
  return verdict === 'leak';
}

function ms(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(0);
}

function spread(results: readonly Result[]): Spread {
  const sorted = results
    .flatMap(({ goneMs }) => (goneMs === undefined ? [] : [goneMs]))
    .sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
