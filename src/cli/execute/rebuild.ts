import path from 'node:path';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import { estimateSeconds } from '../../pipeline/estimate.ts';
import { rebuildEntry, type RebuildOutcome } from '../../pipeline/rebuild.ts';
import type { Execute, Invocation } from '../command.ts';
import { findingsText } from '../render/findings.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { repositoryRootFrom } from './repository-root.ts';
import { publishingSigner } from './signer.ts';
import { engineOf, jobsOf, runContextOf, serversOf } from './build-environment.ts';
import { buildEnvironmentsOf } from './build-environments.ts';
import type { RepositoryRoot } from '../../publish/target.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const repositoryRoot = repositoryRootToPublish(invocation);
  const folder = options.text('save');
  const save = folder === undefined ? undefined : path.resolve(folder);
  const force = options.flag('force');
  const signed = repositoryRoot === undefined ? undefined : await publishingSigner(invocation);
  const [servers, engine, buildEnvironments] = await Promise.all([
    serversOf(invocation),
    engineOf(invocation),
    buildEnvironmentsOf(invocation),
  ]);
  await engine.info(); // one clear error instead of one for each server
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    ...(server.lock === undefined ? {} : { weight: estimateSeconds(server.lock) }),
    work: (emit: Emit) => {
      const target = repositoryRoot?.targetOf(server.entry.name);
      return rebuildEntry({
        server,
        buildEnvironments,
        run: runContextOf(invocation, emit),
        engine,
        force,
        save,
        target,
        signed,
      });
    },
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  const failed = printOutcome(invocation, {
    results,
    header: ['server', 'build', 'proof', 'published', 'time'],
    row,
  });
  const outcomes = results.flatMap((result) => ('value' in result ? [result.value] : []));
  if (!options.flag('json')) terminal.stdout.write(findingsText(outcomes));
  return outcomes.every(({ proof }) => proof !== 'failed') ? failed : 1;
};

function row({ name, build, proof, published, seconds }: RebuildOutcome): string[] {
  return [name, build, proof, published?.state ?? '-', `${seconds.toFixed(1)} s`];
}

function repositoryRootToPublish(invocation: Invocation): RepositoryRoot | undefined {
  if (!invocation.options.flag('publish')) return undefined;
  const repositoryRoot = repositoryRootFrom(invocation);
  if (repositoryRoot !== undefined) return repositoryRoot;
  throw new McpcatError('usage', '--publish: expected --registry HOST/PREFIX', {
    hint: 'MCPCAT_REGISTRY sets it for all commands',
  });
}
