import { add, type AddReport } from '../../add/add.ts';
import { entryFor } from '../../adopt/started-server.ts';
import type { Runtime } from '../../base/recipe.ts';
import { loadCatalog } from '../../catalog/load.ts';
import { permissionSentences } from '../../catalog/permissions.ts';
import { parseSource, type Source } from '../../catalog/source.ts';
import { recordStart, subjectOf } from '../../consent/agree.ts';
import { readConsent } from '../../consent/store.ts';
import { foldersBelowHome } from '../../host/folders-below-home.ts';
import { McpcatError } from '../../lib/errors.ts';
import { wantedOf } from '../../pasted/wanted.ts';
import { askYes, canAsk } from '../ask.ts';
import type { Invocation, Terminal } from '../command.ts';
import { addText } from '../render/add.ts';
import { plainProgress } from '../render/plain-progress.ts';
import { withCatalog } from '../with-catalog.ts';
import { basesReadyFor } from './bases-ready.ts';
import { buildEnvironmentOf, engineOf, runContextOf } from './build-environment.ts';
import { debianResolverOf } from './debian-place.ts';
import { startOf } from './run-consent.ts';
import { serverToRun } from './run-server.ts';
import { serverSummaries } from './view.ts';

/** A package as a server of a catalog. */
export interface PackageServer {
  readonly name: string;
  /** The user's private one; undefined: the one that this command takes anyway. */
  readonly catalog: string | undefined;
}

/** Whether a package that no catalog has is added now, which takes a minute or more. */
export type WhenUnknown = 'add' | 'refuse';

/**
 * `npm:NAME`, `pypi:NAME` or `go:PATH`, with a version or without: the private catalog's, else the catalog's, else added
 * to the private one by `add`. What it may do there somebody has to grant before it starts: throws `consent-needed`
 * where nobody can be asked.
 */
export async function packageServer(
  text: string,
  invocation: Invocation,
  unknown: WhenUnknown,
): Promise<PackageServer> {
  const source = parseSource(text);
  const { terminal } = invocation;
  const folder = privateCatalog(terminal);
  const own = withCatalog(invocation, folder);
  const kept = await keptIn(folder, text);
  if (kept !== undefined) return granted({ name: kept, catalog: folder }, own);
  const published = source.range === undefined ? await publishedAs(text, invocation) : undefined;
  if (published !== undefined) return { name: published, catalog: undefined };
  if (unknown === 'refuse')
    throw new McpcatError('entry-unknown', `${text} is in no catalog of yours yet`, {
      hint: `once, in a terminal: mcpcat install ${text}; a client does not wait until it is verified`,
    });
  const report = await added(source, { text, folder, invocation });
  return granted({ name: report.name, catalog: folder }, own);
}

export function privateCatalog(terminal: Terminal): string {
  return terminal.host.path.join(foldersBelowHome(terminal).data, 'catalog');
}

async function keptIn(folder: string, text: string): Promise<string | undefined> {
  const { servers } = await loadCatalog(folder).catch(() => ({ servers: new Map<string, never>() }));
  const entries = [...servers.values()].map(({ entry }) => entry);
  const exact = entries.find(({ source }) => source === text);
  const unpinned = entries.filter(({ source }) => parseSource(source).range === undefined);
  return (exact ?? entryFor({ source: text }, unpinned))?.name;
}

async function publishedAs(text: string, invocation: Invocation): Promise<string | undefined> {
  const { servers } = await serverSummaries(invocation);
  const name = entryFor({ source: text }, servers)?.name;
  if (name !== undefined && !invocation.options.flag('quiet'))
    invocation.terminal.stderr.write(`mcpcat: ${text} is in the catalog: ${name}\n`);
  return name;
}

interface Adding {
  readonly text: string;
  readonly folder: string;
  readonly invocation: Invocation;
}

const runtimes: Readonly<Record<Source['kind'], Runtime>> = { npm: 'node', pypi: 'python', go: 'go' };
const coolDownDays = 3;

/** Standard output is the client's. */
async function added(source: Source, { text, folder, invocation }: Adding): Promise<AddReport> {
  const write = (line: string): void => void invocation.terminal.stderr.write(line);
  write(`mcpcat: ${text} is in no catalog of yours yet: adding it, which takes a minute or more\n`);
  const [buildEnvironment, engine] = await Promise.all([
    buildEnvironmentOf(invocation),
    engineOf(invocation),
  ]);
  await engine.info(); // one clear error before anything is fetched
  const run = runContextOf(invocation, plainProgress(write));
  await basesReadyFor(runtimes[source.kind], { engine, buildEnvironment, run });
  const report = await add({
    wanted: wantedOf([text]),
    name: undefined,
    out: folder,
    coolDownDays,
    now: new Date(),
    draft: false,
    dryRun: false,
    allowedScripts: [],
    buildEnvironment,
    run,
    engine,
    resolveDebian: debianResolverOf(invocation),
  });
  if (report.state !== 'added')
    throw new McpcatError(
      'image-unverified',
      `${text} could not be verified: ${report.failure?.message ?? report.state}`,
      {
        detail: report.failure?.detail ?? [],
        hint: `mcpcat add ${text} shows all that was tried, and takes what it needs`,
      },
    );
  write(addText(report));
  return report;
}

/** What somebody has agreed to once is compared by every start, as for any server. */
async function granted(found: PackageServer, own: Invocation): Promise<PackageServer> {
  const { name } = found;
  const { terminal } = own;
  const start = startOf(await serverToRun(own, name));
  if (readConsent(subjectOf(start), terminal) !== undefined) return found;
  const sentences = permissionSentences(start.entry);
  const what = `${name} (${start.entry.source}) asks for what nobody has granted yet:`;
  if (!canAsk(terminal))
    throw new McpcatError('consent-needed', what, {
      detail: sentences,
      hint: `if that is right: mcpcat accept ${name} --catalog ${found.catalog ?? ''}`,
    });
  terminal.stderr.write(`mcpcat: ${[what, ...sentences.map((line) => `  ${line}`)].join('\n')}\n`);
  if (!(await askYes('may it do this?', terminal)))
    throw new McpcatError('cancelled', `${name} was not granted that, and nothing was started`);
  recordStart(start, terminal);
  return found;
}
