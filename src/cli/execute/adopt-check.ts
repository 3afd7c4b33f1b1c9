import type { AdoptedStart } from '../../adopt/adopted-start.ts';
import type { StartedServer } from '../../adopt/started.ts';
import { McpcatError } from '../../lib/errors.ts';
import { keptSecrets } from '../../secrets/file-store.ts';
import type { Terminal } from '../command.ts';
import { readEnvFile } from '../env-file.ts';
import { checkStart } from './checked-start.ts';
import type { Summary } from './view.ts';

interface Checked {
  readonly entry: Summary;
  readonly catalog: string;
  readonly started: StartedServer;
  /** Whether its client reads settings from a file of its own. */
  readonly readsFile: boolean;
  readonly terminal: Terminal;
  /** What the client puts in for the project's folder; undefined in a file for all projects. */
  readonly project: string | undefined;
}

/** For a value that nobody knows yet; settings that name a host are read as one. */
const standIn = 'https://value-to-come.invalid';

/** Why the launcher would refuse it, by the code that a launch asks; undefined if it would start. */
export function refusal(adopted: AdoptedStart, checked: Checked): string | undefined {
  const { entry, terminal, project } = checked;
  const filled = adopted.args.map((text) =>
    project === undefined ? text : text.replaceAll(ofProject, project),
  );
  const { known, args } = withoutOpen(entry, filled);
  try {
    checkStart(known, { args, settings: settingsOf({ ...adopted, args: filled }, checked) }, terminal);
    return undefined;
  } catch (error) {
    if (error instanceof McpcatError) return [error.message, ...error.detail].join(' ');
    throw error;
  }
}

const ofProject = /\$\{workspace(?:Folder|Root)\}/g;

/** Which project's folder is mounted is known at the start: then the launcher looks at it. */
function withoutOpen(
  entry: Summary,
  args: readonly string[],
): { readonly known: Summary; readonly args: readonly string[] } {
  const open = (at: number): boolean => args[at - 1] === '--mount' && args[at]?.search(ofProject) !== -1;
  const names = args.flatMap((word, at) => (open(at) ? [word.replace(/=.*/s, '')] : []));
  const mounts = entry.permissions.mounts.map((mount) =>
    names.includes(mount.name) ? { ...mount, required: false } : mount,
  );
  return {
    known: { ...entry, permissions: { ...entry.permissions, mounts } },
    args: args.filter((_, at) => !open(at) && !open(at + 1)),
  };
}

/** What it has, and a stand-in for what comes from elsewhere, or is still to be given. */
function settingsOf(
  { args, plain, secrets, references, unfilled }: AdoptedStart,
  { entry, catalog, started, readsFile, terminal }: Checked,
): Readonly<Record<string, string>> {
  const files = args.filter((_, index) => args[index - 1] === '--env-file');
  const read = files.flatMap((file) => Object.entries(readEnvFile(file, terminal.env)));
  const given = new Map([...Object.entries(plain), ...Object.entries(secrets), ...read]);
  const stored = keptSecrets({ catalog, server: entry.name }, terminal);
  const known = Object.entries(entry.env).flatMap(([name, { required }]) => {
    const value = given.get(name);
    if (value !== undefined) return [[name, references.includes(value) ? standIn : value] as const];
    const comes =
      Object.hasOwn(unfilled, name) ||
      Object.hasOwn(stored, name) ||
      started.handedOn.includes(name) ||
      (readsFile && required);
    return comes ? [[name, standIn] as const] : [];
  });
  return Object.fromEntries(known);
}
