import { loadCatalog } from '../../catalog/load.ts';
import { permissionSummary } from '../../catalog/permissions.ts';
import { problemText } from '../../catalog/problem.ts';
import type { Server } from '../../catalog/server.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { folderOf } from './workshop.ts';

export const execute: Execute = (invocation) => listServers(invocation, () => true);

/** Prints the servers that a filter lets through; broken entries are said and make the exit code 1. */
export async function listServers(
  invocation: Invocation,
  wanted: (server: Server) => boolean,
): Promise<number> {
  const { options, terminal } = invocation;
  const { servers, problems } = await loadCatalog(folderOf(invocation));
  const chosen = [...servers.values()].filter(wanted);
  const facts = chosen.map(({ entry, lock }) => ({
    name: entry.name,
    title: entry.title,
    description: entry.description,
    version: lock?.version ?? null,
    runtime: lock?.runtime ?? null,
    permissions: entry.permissions,
  }));
  const rows = chosen.map(({ entry, lock }) => [
    entry.name,
    lock?.version ?? '(no lock)',
    permissionSummary(entry),
    entry.title,
  ]);
  terminal.stdout.write(
    options.flag('json') ? jsonText(facts) : table(['name', 'version', 'may reach', 'title'], rows),
  );
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  return problems.length === 0 ? 0 : 1;
}
