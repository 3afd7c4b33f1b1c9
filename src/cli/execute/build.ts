import { buildServer } from '../../image-build/build-server.ts';
import type { Emit } from '../../lib/event.ts';
import { megabytes } from '../../lib/size.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { engineOf, jobsOf, runContextOf, serversOf, buildEnvironmentOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine, buildEnvironment] = await Promise.all([
    serversOf(invocation),
    engineOf(invocation),
    buildEnvironmentOf(invocation),
  ]);
  await engine.info(); // one clear error instead of one for each server
  const force = options.flag('force');
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: (emit: Emit) =>
      buildServer(server, { buildEnvironment, run: runContextOf(invocation, emit), engine, force }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'state', 'size', 'time', 'image'],
    row: ({ name, state, bytes, seconds, image }) => [
      name,
      state,
      megabytes(bytes),
      `${seconds.toFixed(1)} s`,
      image,
    ],
  });
};
