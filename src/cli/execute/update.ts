import type { Emit } from '../../lib/event.ts';
import { updateServer } from '../../update/update-server.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { defaultMirror } from './mirror.ts';
import { jobsOf, serversOf, workshopOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, { cacheFolder, templates }] = await Promise.all([
    serversOf(invocation, 'replaced'),
    workshopOf(invocation),
  ]);
  const mirror = options.text('mirror') ?? defaultMirror;
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: (emit: Emit) =>
      updateServer({
        server,
        env: terminal.env,
        cacheFolder,
        templates,
        mirror,
        emit,
        signal: terminal.signal,
      }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'version', 'files', 'changes'],
    row: ({ name, from, to, changed, artifacts, added, removed }) => [
      name,
      from === undefined || from === to ? to : `${from} → ${to}`,
      String(artifacts),
      changed ? `+${String(added.length)} -${String(removed.length)}` : 'unchanged',
    ],
  });
};
