import { z } from 'zod';
import { hiddenTexts } from '../catalog/hidden-texts.ts';
import type { Problem } from '../catalog/problem.ts';
import { readYaml, schemaProblems, type YamlFile } from '../catalog/yaml-file.ts';
import { foundAt } from './found-value.ts';
import { policyOf } from './policy-of.ts';
import { type PolicyKeys, ProfileFile, serverName, ServerSection } from './profile-file.ts';
import type { Profile, ProfileServer, SectionProblem } from './profile.ts';
import { looksSecret } from './secret-value.ts';
import { mountsIn, type MountPlaces } from './section-mounts.ts';

export interface ProfileText {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** A profile, or what is wrong with the file as a whole: then nothing of it counts. */
export type ParsedProfile = { readonly profile: Profile } | { readonly problems: readonly Problem[] };

/** The file with sections that may hold anything. */
const Outline = ProfileFile.extend({ servers: z.record(z.string(), z.unknown()) });

/**
 * Reads a profile. Faults of one server's section take only that server away; any other makes the file unusable, since
 * it might be a restriction for all.
 */
export function parseProfile({ name, file, text }: ProfileText, places: MountPlaces): ParsedProfile {
  const read = readYaml(file, text);
  if ('problems' in read) return read;
  const outline = Outline.safeParse(read.value);
  if (!outline.success) return { problems: problemsAt([], { read, issues: outline.error.issues }) };
  const { description, defaults = {} } = outline.data;
  const hidden = hiddenIn({ description, defaults }, { read, under: [] });
  if (hidden.length > 0) return { problems: hidden };
  const sections = sectionsOf(read.value).map(([server, value]) =>
    section({ server, value, defaults, read }, places),
  );
  return {
    profile: {
      name,
      file,
      description,
      servers: new Map(sections.flatMap((one) => ('policy' in one ? [[one.name, one]] : []))),
      problems: sections.flatMap((one) => ('policy' in one ? [] : one.problems)),
    },
  };
}

/** As they stand there: a schema's record leaves `__proto__` out without a word. */
function sectionsOf(value: unknown): readonly (readonly [string, unknown])[] {
  const servers = typeof value === 'object' && value !== null && 'servers' in value ? value.servers : {};
  return Object.entries(servers ?? {});
}

interface Section {
  readonly server: string;
  readonly value: unknown;
  readonly defaults: PolicyKeys;
  readonly read: YamlFile;
}

function section(
  { server, value, defaults, read }: Section,
  places: MountPlaces,
): ProfileServer | { readonly problems: readonly SectionProblem[] } {
  const under = ['servers', server];
  const refused = (problems: readonly Problem[]): { readonly problems: readonly SectionProblem[] } => ({
    problems: problems.map((problem) => ({ ...problem, server })),
  });
  const named = serverName.safeParse(server);
  const parsed = ServerSection.safeParse(value ?? {});
  const issues = [...(named.error?.issues ?? []), ...(parsed.error?.issues ?? [])];
  if (!parsed.success || issues.length > 0) return refused(problemsAt(under, { read, issues }));
  const mounts = mountsIn(parsed.data, places);
  const faults = [
    ...hiddenIn(value, { read, under }),
    ...[...mounts.faults, ...secretFaults(parsed.data)].map(({ path, ...fault }) => ({
      ...read.place([...under, ...path]),
      ...fault,
      message: `${under.join('.')}.${fault.message}`,
    })),
  ];
  if (faults.length > 0) return refused(faults);
  const { settings, secrets, args } = parsed.data;
  return {
    name: server,
    settings: Object.fromEntries(Object.entries(settings).map(([key, given]) => [key, String(given)])),
    secrets: secrets ?? 'all',
    mounts: mounts.requests,
    args,
    policy: policyOf(parsed.data, defaults),
    place: (...keys) => read.place([...under, ...keys]),
  };
}

/** The value is not repeated: it may be one. */
function secretFaults({ settings }: ServerSection): { path: string[]; message: string; hint: string }[] {
  return Object.entries(settings)
    .filter(([name, value]) => looksSecret(name, String(value)))
    .map(([name]) => ({
      path: ['settings', name],
      message: `settings.${name}: expected no secret, found what looks like one`,
      hint: `take it out of the file and keep it with: mcpcat secret set SERVER ${name}`,
    }));
}

function hiddenIn(
  value: unknown,
  { read, under }: { readonly read: YamlFile; readonly under: readonly string[] },
): Problem[] {
  return hiddenTexts(value, under).map(({ path, message, hint }) => ({
    ...read.place(path),
    message,
    ...(hint === undefined ? {} : { hint }),
  }));
}

const knownKeys = [
  ...new Set([ProfileFile, ServerSection].flatMap(({ shape }) => Object.keys(shape))),
  'allow',
  'deny',
];

function problemsAt(
  under: readonly string[],
  { read, issues }: { readonly read: YamlFile; readonly issues: readonly z.core.$ZodIssue[] },
): Problem[] {
  return schemaProblems(issues, {
    place: read.place,
    under,
    what: 'the profile',
    knownKeys,
    found: (path) => foundAt(read.value, path),
  });
}
