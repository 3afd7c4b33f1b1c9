import type { Artifact } from '../catalog/lock.ts';
import { hashOfIntegrity } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import type { GenerateInput, Recipe } from './generated.ts';
import { programFile } from './program.ts';
import { execForm } from './quote.ts';
import { systemPath } from './system.ts';

const npm = ['node', '/usr/local/lib/node_modules/npm/bin/npm-cli.js'];

/** npm servers: npm's own installer from a cache that holds exactly the locked tarballs. */
export function nodeRecipe(input: GenerateInput): Recipe {
  const { entry, lock, files, cross = false } = input;
  refuseScripts(input);
  const { path, native } = programFile(entry, lock, /\.[cm]?js$/);
  const program = native
    ? [path, ...entry.command.slice(1)]
    : ['/usr/local/bin/node', path, ...entry.command.slice(1)];
  // Node binds its compile cache to the machine that made it.
  const cached = !native && !cross;
  const name = lock.source.replace(/^npm:/, '');
  return {
    buildStage: [
      'COPY app/ /app/',
      'COPY npm-cache/ /npm-cache/',
      'WORKDIR /app',
      `RUN ${execForm([...npm, 'ci', '--offline', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--cache', '/npm-cache', ...(cross ? foreign(input) : [])])}`,
      ...installScripts(input),
      ...(cached ? compileCache(path) : []),
    ],
    files: {
      'app/package.json': jsonText({
        name: 'mcpcat-server',
        version: '0.0.0',
        private: true,
        dependencies: { [name]: lock.version },
      }),
      'app/package-lock.json': files['package-lock.json'] ?? '',
    },
    env: { NODE_ENV: 'production', ...(cached ? { NODE_COMPILE_CACHE: cacheFolder } : {}) },
    program,
    pathOf: cachePath,
  };
}

/** Packages with a program for each machine: npm takes those for the image's, not for its own. */
function foreign({ platform }: GenerateInput): string[] {
  return ['--os=linux', `--cpu=${platform.replace('linux/', '')}`, '--libc=glibc'];
}

function refuseScripts({ entry, platform, cross = false }: GenerateInput): void {
  if (!cross || entry.scripts.length === 0) return;
  throw new McpcatError('entry-refused', `${entry.name}: its install scripts must run on ${platform} itself`);
}

const cacheFolder = '/app/.compile-cache';

/**
 * Compiles what the program can load, from the locked sources, without running any of it (docs/decisions/0022). As the
 * user of the image, because Node keeps one cache per user id.
 */
function compileCache(program: string): string[] {
  const flags = [
    '--expose-internals',
    '--experimental-import-meta-resolve',
    '--hash-seed=1',
    '--no-warnings',
  ];
  return [
    'COPY build/ /build/',
    `RUN ${execForm(['install', '-d', '-o', '65532', '-g', '65532', cacheFolder])}`,
    'USER 65532:65532',
    `RUN ${execForm(['node', ...flags, '/build/compile-cache.mjs', program, cacheFolder])}`,
    'USER 0:0',
    // Alone: of everything that is given an owner, also its own, the engine makes a copy.
    `RUN ${execForm(['chown', '-R', '0:0', cacheFolder])}`,
    // Node writes its cache for the owner alone, and the server is not the owner any more.
    `RUN ${execForm(['chmod', '-R', 'a+rX', cacheFolder])}`,
  ];
}

/** Strangers' code, so not as root; what it may use beyond that, the build bounds (src/image-build). */
function installScripts(input: GenerateInput): string[] {
  const names = scriptsOf(input);
  if (names.length === 0) return [];
  const rebuild = [...npm, 'rebuild', '--offline', '--nodedir=/usr/local', '--cache', '/tmp/npm-cache', '--'];
  return [
    `RUN ${execForm(['chown', '-R', '65532:65532', '/app'])}`,
    'USER 65532:65532',
    'ENV HOME="/tmp"',
    ...names.map((name) => `RUN ${execForm([...rebuild, name])}`),
    'USER 0:0',
    `RUN ${execForm(['chown', '-R', '0:0', '/app'])}`,
  ];
}

/** Only of packages that the lock knows to have one: anything else would be an option of npm, or rebuild all. */
function scriptsOf({ entry, lock }: GenerateInput): string[] {
  return entry.scripts.map(({ package: name }) => {
    if (lock.scripts.includes(name)) return name;
    throw new McpcatError(
      'entry-refused',
      `${entry.name}: scripts names ${name}, which has no install script`,
      {
        hint: `the lock knows ${lock.scripts.join(', ') || 'none'}`,
      },
    );
  });
}

/** cacache keeps content under its own hash; npm finds it there through the lock's integrity. */
function cachePath(artifact: Artifact): string {
  if (artifact.kind !== 'npm') return systemPath(artifact);
  const { hex } = hashOfIntegrity(artifact.integrity);
  return `npm-cache/_cacache/content-v2/sha512/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}`;
}
