import path from 'node:path';
import { chosenTemplates, type ChosenTemplates } from '../../base/machine-templates.ts';
import { loadBases, withOverrides } from '../../base/references.ts';
import type { RunContext, BuildEnvironment } from '../../image-build/build-server.ts';
import { catalogFolder, readableCatalogFolder } from '../../catalog/catalog-folder.ts';
import { catalogSource } from '../../catalog/catalog-source.ts';
import { loadCatalog, loadServer, selectServers, type LockUse } from '../../catalog/load.ts';
import { problemText } from '../../catalog/problem.ts';
import type { Server } from '../../catalog/server.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine, Platform } from '../../engine/engine.ts';
import type { Whose } from '../../launch/whose.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import { projectFolder } from '../../lib/project.ts';
import type { Invocation, Options } from '../command.ts';

/** As they came with the installation or the checkout. */
export function templatesFolder(): string {
  return path.join(projectFolder(), 'templates');
}

export function hostPlatform(): Platform {
  return process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}

/** The one that `--platform` names, else this machine's. */
export function platformOf(options: Options): Platform {
  const text = options.text('platform') ?? hostPlatform();
  if (text === 'linux/amd64' || text === 'linux/arm64') return text;
  throw new McpcatError('usage', `--platform: expected linux/amd64 or linux/arm64, found "${text}"`);
}

export function folderOf({ options, terminal }: Invocation): string {
  return catalogFolder({ option: options.text('catalog'), env: terminal.env });
}

/** The same to be read: what came with a package is unpacked. */
export function readableFolderOf({ options, terminal }: Invocation): Promise<string> {
  const { env, host } = terminal;
  return readableCatalogFolder({ option: options.text('catalog'), env }, host.folders(env).cache);
}

export function engineOf({ options, terminal }: Invocation): Promise<Engine> {
  return connectEngine({ endpoint: options.text('engine'), env: terminal.env, host: terminal.host });
}

/** Whose containers and volumes a command is about. */
export function whoseOf({ options, terminal }: Invocation): Whose {
  return { scope: options.flag('everyone') ? 'everyone' : 'own', host: terminal.host };
}

/** Said where nothing would be seen of what others have. */
export function sayOthers({ options, terminal }: Invocation, others: number, what: string): void {
  if (others === 0 || options.flag('json')) return;
  terminal.stderr.write(
    `mcpcat: ${String(others)} more ${what} other users or hosts: --everyone shows them\n`,
  );
}

/** With the bases that this machine has gone on with, if the locked ones could not be had. */
export async function templatesOf({ terminal }: Invocation): Promise<ChosenTemplates> {
  const cacheFolder = terminal.host.folders(terminal.env).cache;
  return chosenTemplates({ templates: templatesFolder(), cacheFolder });
}

export async function buildEnvironmentOf(invocation: Invocation): Promise<BuildEnvironment> {
  const { options } = invocation;
  const { templates, catalogTemplates } = await templatesOf(invocation);
  const platform = hostPlatform();
  const bases = withOverrides(await loadBases(templates, platform), options.list('base'));
  return { bases, templates, catalogTemplates, platform };
}

/** `emit` is that of one job. */
export function runContextOf({ terminal }: Invocation, emit: Emit): RunContext {
  return {
    cacheFolder: terminal.host.folders(terminal.env).cache,
    env: terminal.env,
    emit,
    signal: terminal.signal,
  };
}

/** The servers that were named, or all with `--all`; broken entries of the catalog are said and do not stop the rest. */
export async function serversOf(
  invocation: Invocation,
  { use = 'checked', folder = folderOf(invocation) }: { use?: LockUse; folder?: string } = {},
): Promise<Server[]> {
  const { options, positionals, terminal } = invocation;
  const all = options.flag('all');
  if (!all && positionals.length === 0)
    throw new McpcatError('usage', 'expected the name of a server, or --all', {
      hint: 'mcpcat list shows them',
    });
  if (!all) return selectServers(folder, positionals, use);
  const { servers, problems } = await loadCatalog(folder, use);
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  return [...servers.values()];
}

/** For those that change nothing in the catalog. */
export async function readServersOf(invocation: Invocation): Promise<Server[]> {
  const servers = await serversOf(invocation, { folder: await readableFolderOf(invocation) });
  return servers.map((server) => ({ ...server, ...ofCatalog(invocation) }));
}

/** One server, for those that change nothing in the catalog. */
export async function readServerOf(invocation: Invocation, name: string): Promise<Server> {
  const server = await loadServer(await readableFolderOf(invocation), name);
  return { ...server, ...ofCatalog(invocation) };
}

function ofCatalog({ options, terminal }: Invocation): Pick<Server, 'catalog'> {
  return { catalog: catalogSource({ option: options.text('catalog'), env: terminal.env }) };
}

export function jobsOf({ options }: Invocation): number {
  const text = options.text('jobs') ?? '2';
  const width = /^\d+$/.test(text) ? Number(text) : 0;
  if (width >= 1 && width <= 64) return width;
  throw new McpcatError('usage', `--jobs: expected a number from 1 to 64, found "${text}"`);
}
