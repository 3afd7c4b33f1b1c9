import { imageSource } from '../../catalog/source.ts';
import type { RunContext, BuildEnvironment } from '../../image-build/build-server.ts';
import path from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import type { GitHub } from '../../forge/github.ts';
import type { ResolveDebian } from '../../debian/confined-apt.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import { estimateSeconds } from '../../pipeline/estimate.ts';
import { checkReleases, type ReleaseCheck } from '../../pipeline/check-releases.ts';
import { alreadyProposed, proposeEntry } from '../../pipeline/propose-entry.ts';
import { saveProposal } from '../../pipeline/saved-proposal.ts';
import { matrixText, shardsOf } from '../../pipeline/shards.ts';
import {
  updateEntry,
  writeEntry,
  type EntryOutcome,
  type VerifiedUpdate,
} from '../../pipeline/update-entry.ts';
import { holdsBack } from '../../pipeline/update-findings.ts';
import { updateServer } from '../../update/update-server.ts';
import { ConditionalClient } from '../../upstream/conditional-client.ts';
import type { Execute, Invocation } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { printUpdates } from '../render/updates.ts';
import { forgeTarget, githubOf, type ForgeTarget } from './forge-target.ts';
import { debianResolverOf } from './debian-place.ts';
import { engineOf, jobsOf, runContextOf, serversOf, buildEnvironmentOf } from './build-environment.ts';
import { updateImages } from './update-images.ts';

const dayMs = 86_400_000;

interface Settings {
  readonly width: number;
  readonly coolDownDays: number;
  readonly now: Date;
  readonly resolveDebian: ResolveDebian;
  readonly buildEnvironment: BuildEnvironment;
  readonly run: Omit<RunContext, 'emit'>;
}

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const from = options.text('from');
  if (from !== undefined) return (await import('./update-saved.ts')).proposeFrom(invocation, from);
  const settings = await settingsOf(invocation);
  const { cacheFolder } = settings.run;
  const github = githubOf(invocation);
  const target = targetOf(invocation, github);
  const all = await serversOf(invocation, { use: 'replaced' });
  const images = all.filter(({ entry }) => imageSource(entry.source) !== undefined);
  const servers = all.filter((server) => !images.includes(server));
  const { width } = settings;
  // A matrix is of what has to be built.
  const isMatrix = options.flag('check') && options.flag('matrix');
  const code =
    images.length === 0 || isMatrix ? 0 : await updateImages(invocation, { servers: images, width });
  if (servers.length === 0 && !isMatrix) return code;
  const conditionalClient = new ConditionalClient({ cacheFolder, signal: terminal.signal });
  const { checks, notices } = await checkReleases({
    ...settings,
    servers,
    conditionalClient,
    github,
    env: terminal.env,
  });
  if (!options.flag('quiet')) for (const notice of notices) terminal.stderr.write(`mcpcat: ${notice}\n`);
  if (isMatrix) return printMatrix(invocation, checks);
  if (options.flag('check')) return printUpdates(invocation, { checks, results: [] });
  const rest = options.flag('lock-only')
    ? await lockAll(invocation, { checks, settings })
    : await proveAll(invocation, { checks, settings, target });
  return Math.max(code, rest);
};

/** Where pull requests go, or are looked for: who saves what is verified need not verify again what is proposed already. */
function targetOf(invocation: Invocation, github: GitHub | undefined): ForgeTarget | undefined {
  const { options, terminal } = invocation;
  if (options.flag('pr')) return forgeTarget(invocation, github, '--pr');
  const asked = options.text('save') !== undefined && github !== undefined;
  return asked && terminal.env['GITHUB_REPOSITORY'] !== undefined
    ? forgeTarget(invocation, github, '--save')
    : undefined;
}

/** What has a newer release, dealt out to jobs. Always 0: what was found is for the jobs to say. */
function printMatrix({ terminal }: Invocation, checks: readonly ReleaseCheck[]): number {
  const due = checks.filter(({ target }) => target !== undefined);
  const tasks = due.map(({ server: { entry, lock } }) => ({
    name: entry.name,
    estimateSeconds: lock === undefined ? 60 : estimateSeconds(lock),
  }));
  terminal.stdout.write(matrixText(shardsOf(tasks)));
  return 0;
}

interface Checked {
  readonly checks: readonly ReleaseCheck[];
  readonly settings: Settings;
}

/** Writes locks without building anything: for an entry that is being written. */
async function lockAll(invocation: Invocation, { checks, settings }: Checked): Promise<number> {
  const { terminal, options } = invocation;
  const jobs = checks.map((check) => ({
    name: check.server.entry.name,
    work: (emit: Emit) => lockOne(check, { settings, emit }),
  }));
  const results = await runJobs(jobs, { terminal, width: settings.width, quiet: options.flag('quiet') });
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
}

async function lockOne(
  check: ReleaseCheck,
  { settings, emit }: { settings: Settings; emit: Emit },
): ReturnType<typeof updateServer> {
  const { server, target, current, error, findings } = check;
  if (error !== undefined) throw error;
  const refused = findings.find(({ kind, evidence }) => kind === 'no-release' && evidence !== undefined);
  if (refused !== undefined && current === undefined) {
    throw new McpcatError('lock-refused', `${server.entry.name}: ${refused.message}`, {
      hint: 'name a range in `source`, or wait; --cool-down 0 takes a young release',
      detail: refused.evidence ?? [],
    });
  }
  const {
    buildEnvironment: { templates },
    run,
    resolveDebian,
  } = settings;
  const before = beforeOf(check, settings);
  return updateServer({ ...run, templates, server, resolveDebian, version: target ?? current, before, emit });
}

async function proveAll(
  invocation: Invocation,
  { checks, settings, target }: Checked & { readonly target: ForgeTarget | undefined },
): Promise<number> {
  const { options, terminal } = invocation;
  const anew = !options.flag('all') || options.flag('refresh');
  const due = checks.filter(
    ({ current, findings, ...check }) =>
      check.target !== undefined || (anew && current !== undefined && !holdsBack(findings)),
  );
  const engine = due.length === 0 ? undefined : await engineOf(invocation);
  await engine?.info(); // one clear error instead of one for each server
  const save = options.text('save');
  const reviewed = options.flag('accept') || target !== undefined || save !== undefined;
  const accept = (verified: VerifiedUpdate, on: Engine): Promise<string> => {
    if (save !== undefined) return saveProposal(verified, path.resolve(save));
    return target === undefined ? writeEntry(verified, on) : proposeEntry(verified, target);
  };
  const jobs = due.map((check) => ({
    name: check.server.entry.name,
    work: async (emit: Emit): Promise<EntryOutcome> => {
      if (engine === undefined) throw new Error('Internal error: work without an engine');
      return updateEntry({
        ...settings,
        server: check.server,
        version: check.target,
        before: beforeOf(check, settings),
        run: { ...settings.run, emit },
        engine,
        reviewed,
        ...(target === undefined
          ? {}
          : { settled: (lock: string) => alreadyProposed({ server: check.server, lock }, target) }),
        accept: (verified) => accept(verified, engine),
      });
    },
  }));
  const results = await runJobs(jobs, { terminal, width: settings.width, quiet: options.flag('quiet') });
  return printUpdates(invocation, { checks, results });
}

/** Dependencies are held to the cool-down too, except with a release that must not wait. */
function beforeOf({ urgent }: ReleaseCheck, { coolDownDays, now }: Settings): Date | undefined {
  return urgent || coolDownDays === 0 ? undefined : new Date(now.getTime() - coolDownDays * dayMs);
}

async function settingsOf(invocation: Invocation): Promise<Settings> {
  const { options } = invocation;
  const width = jobsOf(invocation);
  const days = options.text('cool-down') ?? '3';
  if (!/^\d{1,3}$/.test(days))
    throw new McpcatError('usage', `--cool-down: expected a number of days from 0 to 999, found "${days}"`);
  return {
    width,
    coolDownDays: Number(days),
    now: new Date(),
    resolveDebian: debianResolverOf(invocation),
    buildEnvironment: await buildEnvironmentOf(invocation),
    run: runContextOf(invocation, () => undefined),
  };
}
