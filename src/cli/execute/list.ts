import { permissionSummary } from '../../catalog/permissions.ts';
import { problemText } from '../../catalog/problem.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { serverSummaries, type Summary } from './view.ts';

export const execute: Execute = (invocation) => listServers(invocation, () => true);

/** Prints the servers that a filter lets through; broken entries are said and make the exit code 1. */
export async function listServers(
  invocation: Invocation,
  wanted: (server: Summary) => boolean,
): Promise<number> {
  const { options, terminal } = invocation;
  const { servers, problems } = await serverSummaries(invocation);
  const chosen = servers.filter(wanted);
  const facts = chosen.map(({ name, title, description, version, runtime, permissions }) => ({
    name,
    title,
    description,
    version,
    runtime,
    permissions,
  }));
  const rows = chosen.map((server) => [
    server.name,
    server.version ?? '(no lock)',
    permissionSummary(server),
    server.title,
  ]);
  terminal.stdout.write(
    options.flag('json') ? jsonText(facts) : table(['name', 'version', 'may reach', 'title'], rows),
  );
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  return problems.length === 0 ? 0 : 1;
}
