import { statSync } from 'node:fs';
import { catalogId } from '../../catalog/catalog-source.ts';
import { ownValue } from '../../lib/own-value.ts';
import { secretFile } from '../../secrets/file-store.ts';
import type { Settings } from '../../settings/read.ts';
import type { Invocation, Terminal } from '../command.ts';
import { readEnvFile, settingsOf } from '../env-file.ts';
import type { RunServer } from './run-server.ts';
import { secretSource } from './secret-source.ts';

/** What a user gives a server, of what its entry names and was agreed to: stored secrets, environment, options. */
export async function settingsGiven(
  server: Pick<RunServer, 'declared' | 'source'>,
  {
    allowed,
    settings,
    invocation,
  }: {
    readonly allowed: readonly string[];
    readonly settings: readonly Settings[];
    readonly invocation: Invocation;
  },
): Promise<Readonly<Record<string, string>>> {
  const granted = Object.keys(server.declared.env).filter((setting) => allowed.includes(setting));
  const given = givenSettings(granted, invocation);
  const stored = await storedFor(server, { given, granted, settings, invocation });
  return { ...stored, ...given };
}

/** Nothing of the store is loaded for a server that has no secrets, and none is fetched that is given otherwise. */
async function storedFor(
  { declared, source }: Pick<RunServer, 'declared' | 'source'>,
  { given, granted, settings, invocation: { terminal, storedSecrets: wantedOnes = granted } }: Wanting,
): Promise<Readonly<Record<string, string>>> {
  const wanted = granted.filter((name) => wantedOnes.includes(name) && !Object.hasOwn(given, name));
  if (!wanted.some((name) => declared.env[name]?.secret)) return {};
  // Loading the store takes longer than all else that serve does for a server before it answers.
  if (isMissing(secretFile(terminal))) return {};
  const { storedSecrets } = await import('../../secrets/secrets.ts');
  const owner = { catalog: catalogId(source), server: declared.name };
  return storedSecrets(owner, secretSource(terminal, settings), wanted);
}

/** Where that can't be told the store says why, of the one server that needs it. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

interface Wanting {
  readonly given: Readonly<Record<string, string>>;
  readonly granted: readonly string[];
  readonly settings: readonly Settings[];
  readonly invocation: Invocation;
}

/** From the environment only what the entry names and the user has agreed to. */
function givenSettings(
  names: readonly string[],
  { options, terminal }: Invocation,
): Readonly<Record<string, string>> {
  const fromEnvironment = names.flatMap((name) => {
    const value = ownValue(terminal.env, name);
    // An empty one is given, too: whoever wants the default leaves it out.
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(fromEnvironment),
    ...fromFiles(options.list('env-file'), terminal.env),
    ...settingsOf(options.list('env'), '--env', terminal.env),
  };
}

/** A later file counts more, as an option counts more than a file. */
function fromFiles(files: readonly string[], env: Terminal['env']): Record<string, string> {
  return Object.assign({}, ...files.map((file) => readEnvFile(file, env))) as Record<string, string>;
}
