import type { Finding } from '../../lib/finding.ts';
import { jsonText } from '../../lib/folders.ts';
import type { ReleaseCheck } from '../../pipeline/check-releases.ts';
import type { EntryOutcome } from '../../pipeline/update-entry.ts';
import { holdsBack } from '../../pipeline/update-findings.ts';
import type { Invocation } from '../command.ts';
import { explain } from '../errors.ts';
import { findingsText } from './findings.ts';
import type { JobResult } from './jobs.ts';
import { table } from './table.ts';

/** What became of one entry: of the check alone, or of the update that followed. */
interface Row {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly state: 'updated' | 'unchanged' | 'held' | 'current' | 'newer' | 'waiting' | 'failed';
  readonly findings: readonly Finding[];
  readonly waiting?: string;
  readonly dependencies?: EntryOutcome['dependencies'];
  readonly result?: string;
  readonly error?: unknown;
}

/** Findings about the release that an update has replaced. */
const solved: ReadonlySet<string> = new Set(['release-withdrawn', 'known-vulnerability']);

/** Prints each entry's state, then the findings; failures in full on stderr. 1 if any failed or was held back. */
export function printUpdates(
  { options, terminal }: Invocation,
  { checks, results }: { checks: readonly ReleaseCheck[]; results: readonly JobResult<EntryOutcome>[] },
): number {
  const byName = new Map(results.map((result) => [result.name, result]));
  const rows = checks.map((check) => rowOf(check, byName.get(check.server.entry.name)));
  if (options.flag('json')) {
    terminal.stdout.write(jsonText(rows.map((row) => forMachines(row))));
  } else {
    terminal.stdout.write(table(['server', 'version', 'state', 'dependencies'], rows.map(cells)));
    terminal.stdout.write(findingsText(rows));
  }
  const failed = rows.filter(({ error }) => error !== undefined);
  for (const { name, error } of failed)
    terminal.stderr.write(`\n${name}:\n${explain(error, options.flag('debug')).text}`);
  if (terminal.signal.aborted) return 130;
  const held = rows.some(({ state, findings }) => state === 'held' || holdsBack(findings));
  return failed.length > 0 || held ? 1 : 0;
}

function rowOf(check: ReleaseCheck, result: JobResult<EntryOutcome> | undefined): Row {
  const { server, current, target, findings, waiting, error } = check;
  const checked: Row = {
    name: server.entry.name,
    from: current,
    to: target ?? current,
    state: stateOf(check),
    findings,
    ...(waiting === undefined ? {} : { waiting: `${waiting.version}: ${waiting.detail}` }),
  };
  if (error !== undefined) return { ...checked, state: 'failed', error };
  if (result === undefined) return checked;
  if ('error' in result) return { ...checked, state: 'failed', error: result.error };
  const { value } = result;
  const left = value.state === 'updated' ? findings.filter(({ kind }) => !solved.has(kind)) : findings;
  return { ...checked, ...value, findings: [...left, ...value.findings] };
}

function stateOf({ target, waiting, findings }: ReleaseCheck): Row['state'] {
  if (target !== undefined) return 'newer';
  if (waiting !== undefined) return 'waiting';
  return holdsBack(findings) ? 'held' : 'current';
}

function cells({ name, from, to, state, waiting, dependencies, result }: Row): string[] {
  const version = from === undefined || from === to ? (to ?? '-') : `${from} → ${to ?? '-'}`;
  const { added = [], removed = [], changed = [] } = dependencies ?? {};
  const counts = `+${String(added.length)} -${String(removed.length)} ~${String(changed.length)}`;
  const elsewhere = state === 'unchanged' ? `a changed server.yaml: mcpcat rebuild ${name}` : undefined;
  const more = state === 'waiting' ? waiting : (result ?? elsewhere);
  return [name, version, state, [dependencies === undefined ? '' : counts, more ?? ''].join(' ').trim()];
}

function forMachines({ error, ...row }: Row): object {
  return error === undefined ? row : { ...row, error: explain(error, false).text.trim() };
}
