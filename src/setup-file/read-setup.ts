import { hiddenTexts } from '../catalog/hidden-texts.ts';
import { problemText, type Problem } from '../catalog/problem.ts';
import { readYaml, schemaProblems, type YamlFile } from '../catalog/yaml-file.ts';
import { McpcatError } from '../lib/errors.ts';
import { foundAt } from '../profile/found-value.ts';
import { looksSecret } from '../profile/secret-value.ts';
import { mountsIn, type MountPlaces } from '../profile/section-mounts.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';
import { ServerSetup, SetupFile, setupVersion } from './setup.ts';

/** A setup as it is meant on this machine. */
export interface ReadSetup {
  readonly setup: ServerSetup;
  readonly mounts: readonly MountRequest[];
}

interface SetupText {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

/** JSON, or YAML that says the same. Throws `usage` with everything that is wrong, by line and column. */
export function readSetup({ file, text }: SetupText, places: MountPlaces): readonly ReadSetup[] {
  const read = readYaml(file, text);
  if ('problems' in read) throw refused(read.problems);
  refuseNewer(read);
  const parsed = SetupFile.safeParse(read.value);
  if (!parsed.success)
    throw refused(
      schemaProblems(parsed.error.issues, {
        place: read.place,
        under: [],
        what: 'the file',
        knownKeys: [...Object.keys(SetupFile.shape), ...Object.keys(ServerSetup.shape)],
        found: (path) => foundAt(read.value, path),
      }),
    );
  const { servers } = parsed.data;
  const mounts = servers.map((server) => mountsIn(server, places));
  const faults = [
    ...hiddenTexts(read.value, []),
    ...servers.flatMap((server, index) =>
      [...(mounts[index]?.faults ?? []), ...secretFaults(server)].map((fault) => ({
        ...fault,
        path: ['servers', index, ...fault.path],
      })),
    ),
    ...twice(servers),
  ];
  if (faults.length > 0)
    throw refused(faults.map(({ path, ...fault }) => ({ ...read.place(path), ...fault })));
  return servers.map((setup, index) => ({ setup, mounts: mounts[index]?.requests ?? [] }));
}

/** Before anything else of it is judged: what it says may be right there. */
function refuseNewer({ value, place }: YamlFile): void {
  const version: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'version') : undefined;
  if (typeof version !== 'number' || version <= setupVersion) return;
  const message = `version: expected ${String(setupVersion)}, found ${String(version)}`;
  throw refused([{ ...place(['version']), message, hint: 'a newer mcpcat wrote it, and reads it' }]);
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/** The value is not repeated: it may be one. */
function secretFaults({ settings }: ServerSetup): Fault[] {
  return Object.entries(settings)
    .filter(([name, value]) => looksSecret(name, value))
    .map(([name]) => ({
      path: ['settings', name],
      message: `settings.${name}: expected no secret, found what looks like one`,
      hint: 'name it in needs instead; who imports the file is asked for it',
    }));
}

/** Of two servers of one name the client would keep one. */
function twice(servers: readonly ServerSetup[]): Fault[] {
  const names = servers.map(({ server, name }) => name ?? server);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['servers', index], message: `expected another name, found a second "${name}"` }],
  );
}

function refused(problems: readonly Problem[]): McpcatError {
  const [first = '', ...detail] = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(problemText);
  return new McpcatError('usage', first, { detail });
}
