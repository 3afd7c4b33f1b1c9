import type { Server } from '../../catalog/server.ts';
import type { Emit } from '../../lib/event.ts';
import { updateImage } from '../../update/update-image.ts';
import type { Invocation } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';

/** Entries for images that were made elsewhere: the digest of their tag. Building and testing them is the user's next step. */
export async function updateImages(
  invocation: Invocation,
  { servers, width }: { readonly servers: readonly Server[]; readonly width: number },
): Promise<number> {
  const { options, terminal } = invocation;
  const { env, signal } = terminal;
  const keep = !options.flag('check');
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: (emit: Emit) => updateImage({ server, env, keep, emit, signal }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['image', 'digest', 'then'],
    row: ({ name, from = '', to, changed }) => [
      name,
      changed ? `${from} → ${to}` : to,
      changed && keep ? `mcpcat build ${name} && mcpcat test ${name}` : '',
    ],
  });
}
