import type { Tool } from '../../catalog/tools.ts';
import { rank } from '../../catalog-index/rank.ts';
import { McpcatError } from '../../lib/errors.ts';
import { pool } from '../../lib/pool.ts';
import type { Execute, Invocation } from '../command.ts';
import { printServers } from './list.ts';
import { serverSummaries, toolsOf } from './view.ts';

/** Files of tools asked for at once. */
const maxAtOnce = 8;

export const execute: Execute = async (invocation) => {
  const question = invocation.positionals.join(' ');
  if (question.trim() === '') throw new McpcatError('usage', 'expected a word to search for');
  const { servers, problems } = await serverSummaries(invocation);
  const searched = await pool(servers, maxAtOnce, async (server) => {
    const { name, title, description, categories } = server;
    const tools = await readableTools(invocation, name);
    return {
      item: server,
      // What a word counts by where it is; names of tools say what a server does, their descriptions are long.
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
async function readableTools(invocation: Invocation, name: string): Promise<readonly Tool[]> {
  try {
    return (await toolsOf(invocation, name)) ?? [];
  } catch (error) {
    if (error instanceof McpcatError) return [];
    throw error;
  }
}
