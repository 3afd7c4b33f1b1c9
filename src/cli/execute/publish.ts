import path from 'node:path';
import { signerName } from '../../attest/signer-name.ts';
import { selectServers } from '../../catalog/load.ts';
import type { Server } from '../../catalog/server.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import { megabytes } from '../../lib/size.ts';
import { publishBuilt, publishSaved, type SignedBy } from '../../pipeline/publish-entry.ts';
import type { PublishOutcome } from '../../publish/publish-server.ts';
import { agreedPackages, parseDealt, type Verdict } from '../../publish/agreed.ts';
import { savedNames } from '../../publish/saved.ts';
import type { RepositoryRoot } from '../../publish/target.ts';
import { nameSigner } from '../../sign/name-signer.ts';
import type { Execute, Invocation } from '../command.ts';
import { runJobs, type Job } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { repositoryRootFrom } from './repository-root.ts';
import { publishingSigner } from './signer.ts';
import { engineOf, folderOf, jobsOf, runContextOf, serversOf } from './build-environment.ts';
import { buildEnvironmentsOf } from './build-environments.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const repositoryRoot = repositoryRootToPublish(invocation);
  const width = jobsOf(invocation);
  const from = options.text('from');
  if (from === undefined && options.text('dealt') !== undefined)
    throw new McpcatError('usage', '--dealt: expected --from DIR with it');
  const signed = repositoryRoot === undefined ? undefined : await publishingSigner(invocation);
  const goal = { repositoryRoot, signed };
  const jobs = await (from === undefined
    ? builtJobs(invocation, goal)
    : savedJobs(invocation, { ...goal, from: path.resolve(from) }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  const code = printOutcome(invocation, {
    results,
    header: ['server', 'state', 'version', 'sent', 'signed', 'image'],
    row,
  });
  // What was published is told in any case: it is, also where the file can't be written.
  if (signed !== undefined && options.flag('sign') && results.some((result) => 'value' in result))
    await sayNamed(invocation, signed);
  return code;
};

/** Where everything has to be signed, whoever uses the catalog learns by whom: with the first image that is. */
async function sayNamed(invocation: Invocation, { signer }: SignedBy): Promise<void> {
  const signing = await signer.who();
  const file = await nameSigner(folderOf(invocation), signing);
  if (file === undefined) return;
  invocation.terminal.stderr.write(
    `mcpcat: ${file}: from now on published images of this catalog start only if ${signerName(signing)} has signed them\n`,
  );
}

interface Goal {
  readonly repositoryRoot: RepositoryRoot | undefined;
  readonly signed: SignedBy | undefined;
}

async function builtJobs(
  invocation: Invocation,
  { repositoryRoot, signed }: Goal,
): Promise<Job<PublishOutcome>[]> {
  const [servers, engine, buildEnvironments] = await Promise.all([
    serversOf(invocation),
    engineOf(invocation),
    buildEnvironmentsOf(invocation),
  ]);
  await engine.info(); // one clear error instead of one for each server
  const force = invocation.options.flag('force');
  return servers.map((server) => ({
    name: server.entry.name,
    work: (emit: Emit) => {
      const target = repositoryRoot?.targetOf(server.entry.name);
      return publishBuilt(
        { server, buildEnvironments, run: runContextOf(invocation, emit), target, signed, force },
        engine,
      );
    },
  }));
}

/** What `rebuild --save` wrote; one that the catalog does not have fails alone. */
async function savedJobs(
  invocation: Invocation,
  { repositoryRoot, signed, from }: Goal & { readonly from: string },
): Promise<Job<PublishOutcome>[]> {
  const { options } = invocation;
  const buildEnvironments = await buildEnvironmentsOf(invocation);
  const verdicts = await verdictsOf(invocation, from);
  const force = options.flag('force');
  const load = async (name: string): Promise<Server> => {
    const [server] = await selectServers(folderOf(invocation), [name]);
    if (server === undefined) throw new Error('Internal error: a server that was asked for is missing');
    return server;
  };
  return verdicts.map((verdict) => ({
    name: verdict.name,
    work: async (emit: Emit) => {
      if ('refusal' in verdict) throw verdict.refusal;
      const { name, folder } = verdict;
      const target = repositoryRoot?.targetOf(name);
      const server = await load(name);
      return publishSaved(
        { server, buildEnvironments, run: runContextOf(invocation, emit), target, signed, force },
        folder,
      );
    },
  }));
}

/** Where each server is saved; of several jobs what they agree on. */
async function verdictsOf({ options, positionals }: Invocation, from: string): Promise<readonly Verdict[]> {
  const dealt = options.text('dealt');
  if (dealt !== undefined && positionals.length > 0)
    throw new McpcatError('usage', '--dealt: it says which servers; expected no names beside it');
  if (dealt !== undefined) return agreedPackages(from, parseDealt(dealt));
  const names = positionals.length > 0 ? [...new Set(positionals)] : await savedNames(from);
  return names.map((name) => ({ name, folder: from }));
}

function row({ name, state, version, sent, signed, repository, digest }: PublishOutcome): string[] {
  const bytes = sent.blobs === 0 ? '-' : megabytes(sent.bytes);
  const statements = signed === null ? '-' : String(signed.statements);
  return [name, state, version, bytes, statements, repository === null ? digest : `${repository}@${digest}`];
}

/** Undefined with --dry-run: then no registry is needed, and none is asked. */
function repositoryRootToPublish(invocation: Invocation): RepositoryRoot | undefined {
  if (invocation.options.flag('dry-run')) return undefined;
  const repositoryRoot = repositoryRootFrom(invocation);
  if (repositoryRoot !== undefined) return repositoryRoot;
  throw new McpcatError('usage', 'expected --registry HOST/PREFIX, or --dry-run', {
    hint: 'MCPCAT_REGISTRY sets it for all commands',
  });
}
