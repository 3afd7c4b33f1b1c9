import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadServer } from '../../src/catalog/load.ts';
import { imageOf } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { dockerFlags } from '../../bench/docker-flags.ts';
import { testLabel } from '../rig/engine.ts';
import { fixtureCatalog } from '../rig/fixture-catalog.ts';
import { behaviours, type Behaviour, type Case } from './matrix.ts';

export interface Command {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How each contestant starts each server. */
export interface Contestants extends AsyncDisposable {
  /** The engine's own socket. */
  readonly socket: string;
  /** `engine` stands in for the engine; only `mcpcat run` is started through one. */
  command(one: Case, session: string, engine: string | undefined): Command;
  /** Removes what dead launchers left, as a user would. */
  readonly prune: readonly string[];
}

interface Docker {
  readonly program: string;
  readonly flags: ReadonlyMap<Behaviour, readonly string[]>;
}

/** Builds the fixture images, under names that begin with `prefix`; `bin` is the mcpcat under test. */
export async function contestantsOf(
  engine: Engine,
  { prefix, bin }: { readonly prefix: string; readonly bin: string },
): Promise<Contestants> {
  const wanted = Object.fromEntries(behaviours.map((behaviour) => [behaviour, '']));
  const catalog = await fixtureCatalog(engine, wanted, prefix);
  const nameOf = (behaviour: Behaviour): string => `${prefix}-${behaviour}`;
  const docker = await dockerOf(catalog.folder, nameOf);
  return {
    socket: engine.endpoint.replace(/^unix:\/\//, ''),
    command({ contestant, behaviour }, session, address) {
      const name = nameOf(behaviour);
      if (contestant !== 'mcpcat')
        return {
          words: dockerWords(docker, {
            guarded: contestant === 'docker-guarded',
            behaviour,
            session,
            image: catalog.imageOf(name),
          }),
          env: {},
        };
      const to = address === undefined ? [] : ['--engine', address];
      const words = [process.execPath, bin, 'run', name, '--catalog', catalog.folder, ...to];
      return { words, env: { CLAUDE_CODE_SESSION_ID: session } };
    },
    prune: [process.execPath, bin, 'prune'],
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
}

async function dockerOf(folder: string, nameOf: (behaviour: Behaviour) => string): Promise<Docker> {
  const paths = hostPaths('/nonexistent');
  const flags = behaviours.map(async (behaviour) => {
    const server = await loadServer(folder, nameOf(behaviour));
    const { entry } = server;
    const sandbox = sandboxOf(entry, { env: {}, mounts: [], args: [] }, paths);
    const settings = settingsOf(sandbox, { image: imageOf(server), labels: {}, autoRemove: true });
    return [behaviour, dockerFlags(settings)] as const;
  });
  return {
    program: ['/usr/bin/docker', '/usr/local/bin/docker'].find((file) => existsSync(file)) ?? 'docker',
    flags: new Map(await Promise.all(flags)),
  };
}

interface DockerRun {
  readonly guarded: boolean;
  readonly behaviour: Behaviour;
  readonly session: string;
  readonly image: string;
}

function dockerWords(
  { program, flags }: Docker,
  { guarded, behaviour, session, image }: DockerRun,
): readonly string[] {
  const labels = Object.entries({ ...testLabel, [label.session]: session });
  return [
    ...[program, 'run', '-i', '--rm', ...(flags.get(behaviour) ?? [])],
    ...labels.flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(guarded ? [] : ['--entrypoint', '/usr/local/bin/node']),
    image,
    ...(guarded ? [] : [path.posix.join('/app', 'server.js'), behaviour]),
  ];
}
