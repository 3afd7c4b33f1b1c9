import { imageSource } from '../../catalog/source.ts';
import { buildServer, type BuildOutcome } from '../../image-build/build-server.ts';
import type { Emit } from '../../lib/event.ts';
import { megabytes } from '../../lib/size.ts';
import { pullServer, type PullRequest } from '../../pull/pull-server.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { basesReady } from './bases-ready.ts';
import { engineOf, jobsOf, runContextOf, buildEnvironmentOf, readServersOf } from './build-environment.ts';

type Brought = Omit<BuildOutcome, 'state'> & { readonly state: BuildOutcome['state'] | 'pulled' };

/** An image that somebody else has made: by its digest, and nothing is built. */
async function brought(name: string, request: Omit<PullRequest, 'name'>): Promise<Brought> {
  const started = performance.now();
  const { image, digest, from } = await pullServer({ name, ...request });
  const bytes = (await request.engine.inspectImage(image))?.bytes ?? 0;
  const seconds = (performance.now() - started) / 1000;
  return {
    name,
    image,
    state: from === 'engine' ? 'unchanged' : 'pulled',
    fingerprint: digest,
    bytes,
    seconds,
  };
}

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
    work: async (emit: Emit): Promise<Brought> => {
      const { entry } = server;
      const elsewhere = imageSource(entry.source);
      if (elsewhere !== undefined)
        return brought(entry.name, { image: elsewhere, engine, always: force, env: terminal.env, emit });
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
