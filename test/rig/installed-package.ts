/** What users have: the package in a folder that every user may read, and an engine whose socket any of them may use. */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { ownTemplates } from '../../src/base/machine-templates.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { project, type Ran } from './engine.ts';

export const nobody = 65534;

/** Whose cache a build has, and what its recipe is called, so that the bases that other tests stand on stay as they are. */
export interface OwnRecipe {
  readonly uid: number;
  readonly recipe: string;
  /** Whose recipe is another than the catalog's. */
  readonly kind?: 'go' | 'debian';
}

export interface Around {
  /** A command that starts the build. */
  readonly around?: readonly string[];
  readonly more?: readonly string[];
}

export interface InstalledPackage {
  readonly folder: string;
  /** A user's cache, in which the machine has decided for a recipe of its own. */
  cacheFor(t: TestContext, recipe: OwnRecipe): Promise<string>;
  /** `base build go`. */
  build(cache: string, uid: number, around?: Around): Promise<Ran>;
  /** Images to be removed with it. */
  readonly made: Set<string>;
}

/** Closed by the stack. */
export async function installPackage(
  engine: Pick<Engine, 'endpoint' | 'removeImage'>,
  opened: AsyncDisposableStack,
): Promise<InstalledPackage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-installed-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  installInto(folder);
  const address = `unix://${await socketForAll(engine, folder)}`;
  const made = new Set<string>();
  opened.defer(async () => {
    for (const reference of made) await engine.removeImage(reference, { force: true });
  });
  return {
    folder,
    cacheFor: (t, recipe) => cacheFor(t, folder, recipe),
    build: (cache, uid, around = {}) => buildBase({ folder, address, kind: 'go', cache, uid }, around),
    made,
  };
}

export function installInto(folder: string): void {
  for (const name of ['bin', 'dist', 'templates', 'src/init', 'package.json'])
    cpSync(path.join(project, name), path.join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
}

/** The engine's socket for everybody, as a member of the group `docker` has it. */
async function socketForAll(engine: Pick<Engine, 'endpoint'>, folder: string): Promise<string> {
  const socket = path.join(folder, 'engine.sock');
  const server = createServer((client) => {
    const upstream = createConnection(engine.endpoint.replace('unix://', ''));
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(socket, 0o666);
  server.unref();
  return socket;
}

async function cacheFor(
  t: TestContext,
  installed: string,
  { uid, recipe, kind = 'go' }: OwnRecipe,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const cacheFolder = path.join(folder, 'mcpcat');
  mkdirSync(cacheFolder);
  const places = { templates: path.join(installed, 'templates'), cacheFolder };
  const { templates } = await ownTemplates(places);
  appendFileSync(path.join(templates, `base/${kind}/base.yaml`), `  keep: [of-the-test-${recipe}/]\n`);
  for (const name of [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(path.resolve(folder, name), uid, uid);
  return folder;
}

/** How this machine reaches the registries, which is no tool of a user's. */
function network(): Record<string, string> {
  const names = ['NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

export interface BaseBuild {
  /** Of the package (`installInto`). */
  readonly folder: string;
  /** The engine's. */
  readonly address: string;
  readonly kind: string;
  readonly cache: string;
  readonly uid: number;
}

/** `base build` with an empty PATH; as another user only where this one may become it. */
export function buildBase(
  { folder, address, kind, cache, uid }: BaseBuild,
  { around = [], more = [] }: Around = {},
): Promise<Ran> {
  const command = [...around, process.execPath, path.join(folder, 'bin/mcpcat.js'), 'base', 'build', kind];
  const [program = '', ...args] = [...command, '--json', '--engine', address, ...more];
  const who = process.getuid?.() === 0 ? { uid, gid: uid } : {};
  return new Promise((resolve) => {
    const env = { ...network(), XDG_CACHE_HOME: cache, HOME: cache, PATH: '', NO_COLOR: '1' };
    execFile(program, args, { ...who, env, cwd: cache, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
