import { loadCatalog, selectServers } from '../../catalog/load.ts';
import { problemText } from '../../catalog/problem.ts';
import type { Server } from '../../catalog/server.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { planRebuilds, type Planned } from '../../pipeline/plan.ts';
import { matrixText, maxShards, shardsOf, type Shard } from '../../pipeline/shards.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { repositoryRootFrom } from './repository-root.ts';
import { folderOf } from './build-environment.ts';
import { buildEnvironmentsOf } from './build-environments.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const count = shardCount(options.text('shards'));
  const copies = copiesOf(options.text('copies') ?? '1');
  const repositoryRoot = repositoryRootFrom(invocation);
  const [servers, buildEnvironments] = await Promise.all([
    plannedServers(invocation),
    buildEnvironmentsOf(invocation),
  ]);
  const planned = await planRebuilds({
    ...{ servers, buildEnvironments, repositoryRoot },
    now: new Date(),
  });
  const due = planned.filter(({ state }) => state === 'due');
  const shards = shardsOf(due, { count, copies });
  for (const { name, state, reason } of planned)
    if (state === 'blocked') terminal.stderr.write(`mcpcat: ${name} can't be built: ${reason}\n`);
  terminal.stdout.write(textOf(invocation, { planned, shards }));
  return 0;
};

/** Those that were named, else all; broken entries are said and do not stop the rest. */
async function plannedServers(invocation: Invocation): Promise<Server[]> {
  const { positionals, terminal } = invocation;
  const folder = folderOf(invocation);
  if (positionals.length > 0) return selectServers(folder, positionals);
  const { servers, problems } = await loadCatalog(folder);
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  return [...servers.values()];
}

function shardCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= maxShards) return count;
  throw new McpcatError(
    'usage',
    `--shards: expected a number from 1 to ${String(maxShards)}, found "${text}"`,
  );
}

function copiesOf(text: string): number {
  if (/^[123]$/.test(text)) return Number(text);
  throw new McpcatError('usage', `--copies: expected a number from 1 to 3, found "${text}"`);
}

function textOf(
  { options }: Invocation,
  { planned, shards }: { readonly planned: readonly Planned[]; readonly shards: readonly Shard[] },
): string {
  if (options.flag('json')) return jsonText({ entries: planned, matrix: { include: shards } });
  if (options.flag('matrix')) return matrixText(shards);
  const due = planned.filter(({ state }) => state === 'due');
  if (due.length === 0) return `nothing to rebuild (${String(planned.length)} servers)\n`;
  const rows = due.map(({ name, estimateSeconds, reason }) => [name, `${String(estimateSeconds)} s`, reason]);
  const minutes = Math.ceil(due.reduce((sum, { estimateSeconds }) => sum + estimateSeconds, 0) / 60);
  const total = `${String(due.length)} of ${String(planned.length)}, about ${String(minutes)} min`;
  return `${table(['server', 'takes', 'because'], rows)}${total}\n`;
}
