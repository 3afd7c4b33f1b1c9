import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { selectServers } from '../../catalog/load.ts';
import { McpcatError } from '../../lib/errors.ts';
import { proposeSaved } from '../../pipeline/propose-entry.ts';
import { readProposal } from '../../pipeline/saved-proposal.ts';
import { parseDealt, type Dealt } from '../../publish/agreed.ts';
import type { Invocation } from '../command.ts';
import { runJobs, type Job } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { forgeTarget, githubOf } from './forge-target.ts';
import { folderOf, jobsOf, buildEnvironmentOf } from './build-environment.ts';

interface Proposed {
  readonly name: string;
  readonly result: string;
}

/** `update --from DIR --pr`: what jobs without rights have verified; a job brings the servers that it was dealt. */
export async function proposeFrom(invocation: Invocation, from: string): Promise<number> {
  const { options, terminal } = invocation;
  if (!options.flag('pr')) throw new McpcatError('usage', '--from: expected --pr with it');
  const target = forgeTarget(invocation, githubOf(invocation), '--pr');
  const buildEnvironment = await buildEnvironmentOf(invocation);
  const propose = async (name: string, folder: string): Promise<Proposed> => {
    const [server] = await selectServers(folderOf(invocation), [name]);
    if (server === undefined) throw new Error('Internal error: a server that was asked for is missing');
    const saved = await readProposal(folder, { server, buildEnvironment });
    return { name, result: await proposeSaved(server, saved, target) };
  };
  const jobs = (await broughtIn(path.resolve(from), parseDealt(options.text('dealt') ?? ''))).map(
    ({ name, folder, dealt }): Job<Proposed> => ({
      name,
      work: async () => {
        if (dealt) return propose(name, folder);
        throw new McpcatError('image-unverified', `${name}: a job has brought it that it was not dealt to`);
      },
    }),
  );
  const results = await runJobs(jobs, {
    terminal,
    width: jobsOf(invocation),
    quiet: options.flag('quiet'),
  });
  return printOutcome(invocation, {
    results,
    header: ['server', 'pull request'],
    row: ({ name, result }) => [name, result],
  });
}

interface Brought {
  readonly name: string;
  readonly folder: string;
  readonly dealt: boolean;
}

/** The proposals in `<from>/proved-<shard>`. One that a job has not brought was held back, or had nothing new. */
async function broughtIn(from: string, shards: readonly Dealt[]): Promise<Brought[]> {
  const found = await Promise.all(
    shards.map(async ({ shard, names }) => {
      const folder = path.join(from, `proved-${String(shard)}`);
      const files = await readdir(folder).catch((): string[] => []);
      return files
        .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
        .map((file) => path.basename(file, '.json'))
        .map((name) => ({ name, folder, dealt: names.includes(name) }));
    }),
  );
  return found.flat();
}
