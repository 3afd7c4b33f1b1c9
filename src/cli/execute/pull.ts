import { quickImage } from '../../catalog/quick-image.ts';
import type { Emit } from '../../lib/event.ts';
import { pullServer } from '../../pull/pull-server.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { engineOf, folderOf, jobsOf, serversOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine] = await Promise.all([serversOf(invocation), engineOf(invocation)]);
  await engine.info(); // one clear error instead of one for each server
  const { env, signal } = terminal;
  const folder = folderOf(invocation);
  const jobs = servers.map(({ entry: { name } }) => ({
    name,
    work: (emit: Emit) =>
      pullServer({
        name,
        image: quickImage(folder, name),
        engine,
        always: options.flag('force'),
        env,
        emit,
        signal,
      }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'from', 'image', 'digest'],
    row: ({ name, from, image, digest }) => [name, from, image, digest],
  });
};
