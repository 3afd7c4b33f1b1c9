import { createHash } from 'node:crypto';
import type { Entry } from '../catalog/entry.ts';
import type { Artifact } from '../catalog/lock.ts';
import { label } from '../lib/labels.ts';
import { systemEnv, systemStage } from './system.ts';
import type { Generated, GenerateInput, Recipe } from './generated.ts';
import { goRecipe } from './go.ts';
import { nodeRecipe } from './node.ts';
import { pythonRecipe } from './python.ts';
import { execForm, imageReference, labelText, quoted } from './quote.ts';
import { stateCopies, stateStage } from './state.ts';

/** Raised when the same input gives another image for a reason that is not in the Dockerfile. */
const generatorVersion = 1;
const recipes = { node: nodeRecipe, python: pythonRecipe, go: goRecipe } as const;

/** What decides whether an image must be built again. */
interface FingerprintFacts {
  readonly generatorVersion: number;
  /** Every instruction, and through its labels the entry's permissions. */
  readonly dockerfile: string;
  /** The ecosystem's lock and our helper scripts. */
  readonly files: Readonly<Record<string, string>>;
  /** Everything that is fetched, by content. */
  readonly artifacts: readonly Artifact[];
  /** The bases: another image under the same name must count. */
  readonly bases: readonly string[];
  readonly platform: string;
}

/** Entry, lock and bases → a build context. Pure: the same input gives the same bytes. `helpers` are the template's files. */
export function generate(input: GenerateInput, helpers: Readonly<Record<string, string>>): Generated {
  const artifacts = input.lock.artifacts.filter(
    ({ platforms }) => platforms?.includes(input.platform) ?? true,
  );
  const recipe = recipes[input.lock.runtime](input);
  const placed = artifacts.map((artifact) => ({ path: recipe.pathOf(artifact), artifact }));
  const debs = artifacts.filter(({ kind }) => kind === 'deb');
  const dockerfile = `${dockerfileLines(input, { recipe, debs }).join('\n')}\n`;
  const files = { ...recipe.files, ...helpers };
  const facts = {
    generatorVersion,
    dockerfile,
    files,
    artifacts,
    bases: [input.build.fingerprint, input.runtime.fingerprint],
    platform: input.platform,
  };
  return { dockerfile, files, artifacts: placed, fingerprint: fingerprint(facts) };
}

function fingerprint(facts: FingerprintFacts): string {
  const ordered = { ...facts, files: Object.entries(facts.files).toSorted(([a], [b]) => (a < b ? -1 : 1)) };
  return createHash('sha256').update(JSON.stringify(ordered)).digest('hex');
}

function dockerfileLines(
  input: GenerateInput,
  { recipe, debs }: { recipe: Recipe; debs: readonly Artifact[] },
): string[] {
  const { entry, build, runtime } = input;
  return [
    `FROM ${imageReference(build.reference)} AS build`,
    ...systemStage(debs),
    ...recipe.buildStage,
    ...stateStage(entry),
    '',
    `FROM ${imageReference(runtime.reference)}`,
    ...(debs.length > 0 ? ['COPY --from=build /sysroot/ /'] : []),
    'COPY --from=build /app /app',
    ...stateCopies(entry),
    ...inOne('ENV', { ...systemEnv(debs), ...recipe.env }, quoted),
    ...inOne('LABEL', labelsOf(input), labelText),
    'WORKDIR /home/mcpcat',
    'USER 65532:65532',
    `ENTRYPOINT ${execForm(['/mcpcat-init', '--', ...recipe.program])}`,
    `CMD ${execForm(entry.args)}`,
  ];
}

/** One instruction, since for each of its own the classic builder makes a container. */
function inOne(
  instruction: 'ENV' | 'LABEL',
  pairs: Readonly<Record<string, string>>,
  text: (value: string) => string,
): string[] {
  const all = Object.entries(pairs).map(([name, value]) => `${name}=${text(value)}`);
  return all.length === 0 ? [] : [`${instruction} ${all.join(' \\\n  ')}`];
}

/** github.com/opencontainers/image-spec/blob/main/annotations.md, and ours. */
function labelsOf({ entry, lock, runtime }: GenerateInput): Record<string, string> {
  return {
    'org.opencontainers.image.title': entry.title,
    'org.opencontainers.image.description': entry.description,
    'org.opencontainers.image.licenses': entry.license,
    'org.opencontainers.image.source': entry.repository,
    'org.opencontainers.image.version': lock.version,
    'org.opencontainers.image.base.name': runtime.reference,
    [label.mcpName]: entry.name,
    [label.entry]: entry.name,
    [label.source]: entry.source,
    [label.permissions]: JSON.stringify(permissionsOf(entry)),
  };
}

function permissionsOf({ permissions, limits }: Entry): unknown {
  const { network, mounts, state, writable } = permissions;
  return {
    network,
    mounts: mounts.map(({ name, target, mode }) => ({ name, target, mode })),
    // Left out where there is none: a new field must not make every image a new one.
    ...(state.length === 0 ? {} : { state: state.map(({ name, target }) => ({ name, target })) }),
    writable,
    limits,
  };
}
