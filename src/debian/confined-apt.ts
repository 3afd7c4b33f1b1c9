import { contextStream } from '../base/context-stream.ts';
import type { Engine } from '../engine/engine.ts';
import { Store } from '../fetch/store.ts';
import { McpcatError } from '../lib/errors.ts';
import { runConfined } from '../session/run-confined.ts';
import { fetchIndexes, type Indexes } from './archive/fetch-indexes.ts';
import { suites, type Suite } from './archive/suites.ts';
import { archiveTimes, readPlan } from './apt-plan.ts';
import { architecturesOf, planScript, policyScript, type AptWishes } from './apt-script.ts';
import type { LockedDeb } from './locked-deb.ts';

export interface AptPlace {
  readonly engine: Engine;
  /** A build base: the one that is there, though a newer one may come of what it resolves. */
  readonly image: string;
  readonly mirror: string;
  readonly templates: string;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/** What must be installed for `wishes`, sorted by name. Rejects with `system-unresolved` and apt's words. */
export type ResolveDebian = (wishes: AptWishes) => Promise<LockedDeb[]>;

/**
 * What must be installed for these packages, from the newest signed indexes. apt decides, in a container without
 * network; the indexes are fetched and checked here.
 */
export async function resolvePackages(place: AptPlace, wishes: AptWishes): Promise<LockedDeb[]> {
  const { output, dates } = await askApt(place, wishes.architectures, (all) => planScript(wishes, all));
  return readPlan(output, archiveTimes(dates));
}

/** The newest version of each package that has one, by the `name:arch` that was asked for. */
export async function newestVersions(
  place: AptPlace,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const architectures = architecturesOf(names);
  const { output } = await askApt(place, architectures, (all) => policyScript(names, all));
  // apt leaves out the name of its own architecture.
  const [own = ''] = architectures;
  const found = output.matchAll(/^([^\s:]+)(?::(\w+))?:\n {2}Installed: .*\n {2}Candidate: (\S+)$/gm);
  return new Map([...found].map(([, name = '', arch = own, version = '']) => [`${name}:${arch}`, version]));
}

async function askApt(
  place: AptPlace,
  architectures: readonly string[],
  script: (all: readonly Suite[]) => string,
): Promise<{ readonly output: string; readonly dates: Indexes['dates'] }> {
  const { engine, image, cacheFolder, signal } = place;
  const { files, dates } = await fetchIndexes({ ...place, architectures, store: new Store(cacheFolder) });
  const indexes = [...files].map(([name, content]) => ({ name, content }));
  const input = contextStream([...indexes, { name: 'run', content: script(suites) }]);
  const end = await runConfined({ engine, image, name: 'mcpcat-apt', input, signal });
  if (end.exitCode !== 0) throw unresolved(end.stderr, end.exitCode);
  return { output: end.stdout, dates };
}

function unresolved(detail: readonly string[], exitCode: number): McpcatError {
  const reason = detail[0] ?? `apt ended with ${String(exitCode)}`;
  return new McpcatError('system-unresolved', `system packages can't be resolved: ${reason}`, {
    detail: [...detail],
    hint: 'a package may be misspelt or no longer in this Debian release',
  });
}
