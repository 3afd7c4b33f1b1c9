import { buildServer } from '../../image-build/build-server.ts';
import type { Emit } from '../../lib/event.ts';
import { megabytes } from '../../lib/size.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { basesReady } from './bases-ready.ts';
import { engineOf, jobsOf, runContextOf, buildEnvironmentOf, readServersOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine, buildEnvironment] = await Promise.all([
    readServersOf(invocation),
    engineOf(invocation),
    buildEnvironmentOf(invocation),
  ]);
  await engine.info(); // one clear error instead of one for each server
  const force = options.flag('force');
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: async (emit: Emit) => {
      const request = { buildEnvironment, run: runContextOf(invocation, emit), engine };
      // Other bases are the user's affair.
      if (options.list('base').length === 0) await basesReady(server, request);
      return buildServer(server, { ...request, force });
    },
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
