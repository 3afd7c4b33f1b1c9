import path from 'node:path';
import { add, type AddReport } from '../../add/add.ts';
import { wantedOf, type Wanted } from '../../pasted/wanted.ts';
import { parseSource } from '../../catalog/source.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { settingsOf } from '../env-file.ts';
import type { Execute, Invocation } from '../command.ts';
import { addText } from '../render/add.ts';
import { runJobs } from '../render/jobs.ts';
import { debianResolverOf } from './debian-place.ts';
import { engineOf, folderOf, runContextOf, buildEnvironmentOf } from './build-environment.ts';

/** 0 if the entry was verified, 1 if the package could not be; nothing is written then unless a draft was asked for. */
export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const wanted = wantedFrom(invocation);
  const { name: subject } = parseSource(wanted.source);
  const coolDownDays = daysOf(invocation);
  const out = path.resolve(options.text('out') ?? folderOf(invocation));
  const [buildEnvironment, engine] = await Promise.all([
    buildEnvironmentOf(invocation),
    engineOf(invocation),
  ]);
  await engine.info(); // one clear error before anything is fetched
  if (wanted.notice !== undefined && !options.flag('quiet'))
    terminal.stderr.write(`mcpcat: ${wanted.notice}\n`);
  const request = {
    wanted,
    name: options.text('name'),
    out,
    coolDownDays,
    now: new Date(),
    allowedScripts: options.list('allow-scripts'),
    draft: options.flag('draft') || options.flag('keep-going'),
    dryRun: options.flag('dry-run'),
    engine,
    resolveDebian: debianResolverOf(invocation),
  };
  const [result] = await runJobs(
    [
      {
        name: subject,
        work: (emit) => add({ ...request, buildEnvironment, run: runContextOf(invocation, emit) }),
      },
    ],
    {
      terminal,
      width: 1,
      quiet: options.flag('quiet'),
    },
  );
  if (result === undefined) throw new Error('Internal error: no result of the one job');
  if ('error' in result)
    throw terminal.signal.aborted
      ? new McpcatError('cancelled', `${subject}: cancelled, and nothing was written`)
      : result.error;
  terminal.stdout.write(options.flag('json') ? jsonText(result.value) : addText(result.value));
  return exitCode(result.value);
};

function exitCode({ state }: AddReport): number {
  return state === 'added' || state === 'verified' ? 0 : 1;
}

/** What was pasted, and what the options say on top. */
function wantedFrom({ options, positionals, rest, terminal }: Invocation): Wanted {
  const wanted = wantedOf([...positionals, ...rest]);
  const args = options.text('args')?.trim();
  return {
    ...wanted,
    command: options.text('command') ?? wanted.command,
    args: args === undefined ? wanted.args : args.split(/\s+/).filter(Boolean),
    env: { ...wanted.env, ...settingsOf(options.list('env'), '--env', terminal.env) },
  };
}

function daysOf({ options }: Invocation): number {
  const days = options.text('cool-down') ?? '3';
  if (/^\d{1,3}$/.test(days)) return Number(days);
  throw new McpcatError('usage', `--cool-down: expected a number of days from 0 to 999, found "${days}"`);
}
