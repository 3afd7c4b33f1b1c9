import path from 'node:path';
import type { Entry } from '../../src/catalog/entry.ts';
import { imageOf } from '../../src/catalog/image-name.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readSurfaceFile } from '../../src/surface/read-surface.ts';
import type { ToolDefinition } from '../../src/surface/surface.ts';
import { clientRevision } from '../../src/surface/tools-of.ts';
import { project } from './engine.ts';

/** The one goes out without the arguments that it asks for; the other ends without a setting that it calls optional. */
const unfit: ReadonlySet<string> = new Set(['antv-chart', 'bitbucket']);

/**
 * Servers of the catalog that start without anything of the user's, keep nothing and are built: first those that reach no
 * network, then others, which `harmlessTool` finds a tool of that does nothing.
 */
export async function startable(engine: Engine, count: number): Promise<readonly string[]> {
  const { servers } = await loadCatalog(path.join(project, 'catalog'), 'checked');
  const names: string[] = [];
  const free = [...servers].filter(([name, { entry }]) => !unfit.has(name) && startsAlone(entry));
  const isOffline = ([, { entry }]: (typeof free)[number]): boolean => entry.permissions.network.length === 0;
  for (const [name, server] of [...free.filter(isOffline), ...free.filter((one) => !isOffline(one))]) {
    if (names.length >= count) break;
    const isHere = async (): Promise<boolean> => (await engine.inspectImage(imageOf(server))) !== undefined;
    if ((server.entry.permissions.network.length === 0 || (await isHarmless(name))) && (await isHere()))
      names.push(name);
  }
  return names;
}

/** Called without arguments: one that asks for some, so that its server says what is missing and does nothing more. */
export function harmlessTool(tools: readonly ToolDefinition[]): ToolDefinition | undefined {
  return tools.find(asksForSomething) ?? tools[0];
}

function startsAlone({ env, permissions: { state, mounts } }: Entry): boolean {
  return (
    state.length === 0 &&
    !Object.values(env).some(({ required }) => required) &&
    !mounts.some(({ required }) => required)
  );
}

async function isHarmless(name: string): Promise<boolean> {
  const surface = await readSurfaceFile(path.join(project, 'catalog', name));
  return surface !== undefined && clientRevision(surface).tools.some(asksForSomething);
}

function asksForSomething({ inputSchema }: ToolDefinition): boolean {
  const required: unknown = Reflect.get(Object(inputSchema), 'required');
  return Array.isArray(required) && required.length > 0;
}
