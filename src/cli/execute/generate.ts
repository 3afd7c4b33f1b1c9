import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { generateServer, writeServerContext } from '../../build/build-server.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { serversOf, workshopOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const out = options.text('out');
  if (out === undefined)
    throw new McpcatError('usage', 'expected --out DIR', { hint: 'mcpcat generate NAME --out DIR' });
  const [servers, workshop] = await Promise.all([serversOf(invocation), workshopOf(invocation)]);
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: async (emit: Emit) => {
      const generated = await generateServer(server, { ...workshop, emit });
      const folder = path.join(path.resolve(out), server.entry.name);
      await mkdir(`${folder}.tmp`, { recursive: true });
      await writeServerContext(generated, {
        folder: `${folder}.tmp`,
        server,
        workshop: { ...workshop, emit },
      });
      await rm(folder, { recursive: true, force: true });
      await rename(`${folder}.tmp`, folder);
      return { name: server.entry.name, folder, fingerprint: generated.fingerprint };
    },
  }));
  const results = await runJobs(jobs, { terminal, width: 2, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'folder'],
    row: ({ name, folder }) => [name, folder],
  });
};
