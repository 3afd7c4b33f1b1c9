import type { Emit } from '../../lib/event.ts';
import { McpcatError } from '../../lib/errors.ts';
import { megabytes } from '../../lib/size.ts';
import { variantsOf } from '../../pipeline/variants.ts';
import { publishServer, type PublishOutcome } from '../../publish/publish-server.ts';
import { placeOf, type Place } from '../../publish/target.ts';
import type { Execute, Invocation } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { engineOf, jobsOf, serversOf, workshopOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const place = placeFor(invocation);
  const width = jobsOf(invocation);
  const [servers, engine, workshop] = await Promise.all([
    serversOf(invocation),
    engineOf(invocation),
    workshopOf(invocation),
  ]);
  await engine.info(); // one clear error instead of one for each server
  const { signal } = terminal;
  const force = options.flag('force');
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: async (emit: Emit) => {
      const variants = await variantsOf(server, { ...workshop, emit });
      const target = place?.targetOf(server.entry.name);
      return publishServer({ server, engine, variants, target, force, emit, signal });
    },
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, { results, header: ['server', 'state', 'version', 'sent', 'image'], row });
};

function row({ name, state, version, sent, repository, digest }: PublishOutcome): string[] {
  const bytes = sent.blobs === 0 ? '-' : megabytes(sent.bytes);
  return [name, state, version, bytes, repository === null ? digest : `${repository}@${digest}`];
}

/** Undefined with --dry-run: then no registry is needed, and none is asked. */
function placeFor({ options, terminal }: Invocation): Place | undefined {
  if (options.flag('dry-run')) return undefined;
  const text = registryText({ options, terminal });
  if (text !== undefined) return placeOf(text, { env: terminal.env, signal: terminal.signal });
  throw new McpcatError('usage', 'expected --registry HOST/PREFIX, or --dry-run', {
    hint: 'MCPCAT_REGISTRY sets it for all commands',
  });
}

/** From the option or the environment. */
export function registryText({
  options,
  terminal,
}: Pick<Invocation, 'options' | 'terminal'>): string | undefined {
  const text = options.text('registry') ?? terminal.env['MCPCAT_REGISTRY'];
  return text === undefined || text === '' ? undefined : text;
}
