import { permissionSummary } from '../../catalog/permissions.ts';
import { problemText, type Problem } from '../../catalog/problem.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute, Invocation } from '../command.ts';
import { fittedTable } from '../render/table.ts';
import { serverSummaries, type Summary } from './view.ts';

export const execute: Execute = async (invocation) =>
  printServers(invocation, await serverSummaries(invocation));

/** What a window has, where there is one; what a pipe gets fits the usual one. */
const usualColumns = 80;

/** Broken entries are said and make the exit code 1. */
export function printServers(
  { options, terminal }: Invocation,
  { servers, problems }: { readonly servers: readonly Summary[]; readonly problems: readonly Problem[] },
): number {
  const facts = servers.map(({ name, title, description, version, runtime, permissions }) => ({
    name,
    title,
    description,
    version,
    runtime,
    permissions,
  }));
  const rows = servers.map((server) => [
    server.name,
    server.version ?? '(no lock)',
    permissionSummary(server),
    server.title,
  ]);
  const { stdout } = terminal.streams;
  const columns = stdout.isTTY === true ? Math.max(usualColumns, stdout.columns) : usualColumns;
  terminal.stdout.write(
    options.flag('json')
      ? jsonText(facts)
      : fittedTable(['name', 'version', 'may reach', 'title'], rows, { columns, cut: [2, 3] }),
  );
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  return problems.length === 0 ? 0 : 1;
}
