import { jsonText } from '../../lib/folders.ts';
import type { Invocation } from '../command.ts';
import { explain } from '../errors.ts';
import type { JobResult } from './jobs.ts';
import { table } from './table.ts';

/** Prints what became of each job: a table or JSON on stdout, failures in full on stderr. 1 if any failed, 130 after Ctrl-C. */
export function printOutcome<T extends object>(
  { options, terminal }: Invocation,
  {
    results,
    header,
    row,
  }: {
    readonly results: readonly JobResult<T>[];
    readonly header: readonly string[];
    readonly row: (value: T) => readonly string[];
  },
): number {
  const failures = results.filter((result) => 'error' in result);
  if (options.flag('json')) {
    const rows = results.map((result) =>
      'error' in result
        ? { name: result.name, error: explain(result.error, false).text.trim() }
        : result.value,
    );
    terminal.stdout.write(jsonText(rows));
  } else {
    const rows = results.map((result) => ('error' in result ? [result.name, 'failed'] : row(result.value)));
    terminal.stdout.write(table(header, rows));
  }
  for (const { name, error } of failures)
    terminal.stderr.write(`\n${name}:\n${explain(error, options.flag('debug')).text}`);
  if (failures.length === 0) return 0;
  return terminal.signal.aborted ? 130 : 1;
}
