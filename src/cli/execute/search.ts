import path from 'node:path';
import { readTools, type Tool } from '../../catalog/tools.ts';
import { rank } from '../../catalog-index/rank.ts';
import { McpcatError } from '../../lib/errors.ts';
import { pool } from '../../lib/pool.ts';
import type { Execute, Invocation } from '../command.ts';
import { printServers } from './list.ts';
import { listedServer, serverSummaries, sourceOf, toolsOfIndex, type Summary } from './view.ts';

/** Files of tools asked for at once. */
const maxAtOnce = 8;

/** What a word counts by where it is; names of tools say what a server does, their descriptions are long. */
export const execute: Execute = async (invocation) => {
  const question = invocation.positionals.join(' ');
  if (question.trim() === '') throw new McpcatError('usage', 'expected a word to search for');
  const { servers, problems } = await serverSummaries(invocation);
  const searched = await pool(servers, maxAtOnce, async (server) => {
    const tools = await toolsOf(server, invocation);
    const { name, title, description, categories } = server;
    return {
      item: server,
      fields: [
        [name, 8],
        [title, 5],
        [categories.join(' '), 4],
        [description, 3],
      ] as const,
      parts: tools.map((tool) => [[tool.name, 3] as const, [tool.description, 1] as const]),
    };
  });
  const found = rank(question, searched);
  const code = printServers(invocation, { servers: found, problems });
  if (!invocation.options.flag('json'))
    invocation.terminal.stderr.write(
      `mcpcat: ${String(found.length)} of ${String(servers.length)} servers of the catalog; any other package: mcpcat run npm:NAME, pypi:NAME or go:PATH\n`,
    );
  return code;
};

/** What can't be read of one server's tools is no reason to find none. */
async function toolsOf({ name }: Summary, invocation: Invocation): Promise<readonly Tool[]> {
  const source = sourceOf(invocation);
  try {
    if (source.kind === 'folder') return (await readTools(path.join(source.folder, name))) ?? [];
    const { server } = await listedServer(invocation, name);
    return await toolsOfIndex(invocation, server);
  } catch (error) {
    if (error instanceof McpcatError) return [];
    throw error;
  }
}
