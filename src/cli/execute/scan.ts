import path from 'node:path';
import { recordFiles, type RecordFile } from '../../advisories/record-files.ts';
import { gatherAdvisories } from '../../advisories/advisories.ts';
import { goDatabase } from '../../advisories/go-database.ts';
import { readScanRecord, scanRecordFile, scanRecordText } from '../../advisories/scan-record.ts';
import { identityOf } from '../../advisories/identity.ts';
import { askOsv, osvAddress, type OsvAnswer } from '../../advisories/osv-service.ts';
import { readVex } from '../../advisories/vex.ts';
import type { Inventory } from '../../inventory/component.ts';
import { inventoryOf } from '../../inventory/inventory.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { mirrorIn } from '../../lib/mirrors.ts';
import { pool } from '../../lib/pool.ts';
import { recordOf } from '../../scan/record.ts';
import { sarif } from '../../scan/sarif.ts';
import { isOpen, scan, wantedKeys, type Scanned, type ScanReport } from '../../scan/scan.ts';
import type { Execute, Invocation } from '../command.ts';
import { scanPage } from '../render/scan.ts';
import { folderOf, platformOf, readableFolderOf, serversOf, templatesFolder } from './build-environment.ts';
import { writeOut } from './write-out.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const folder = options.flag('record') ? folderOf(invocation) : await readableFolderOf(invocation);
  const { scanned, left } = await scannable(invocation, folder);
  const inventories = scanned.map(({ inventory }) => inventory);
  const today = new Date().toISOString().slice(0, 10);
  const sources = await sourcesOf(invocation, { inventories, today });
  const advisories = await gatherAdvisories(
    allFiles(sources),
    wantedKeys(inventories),
    sources.online?.answered,
  );
  const report = scan(scanned, { advisories, sources: sources.names, today });
  for (const line of [...sources.missing, ...left.map((one) => `not checked: ${one}`)])
    terminal.stderr.write(`mcpcat: ${line}\n`);
  if (options.flag('record')) await recordAll(scanned, report);
  if (options.flag('sarif'))
    terminal.stdout.write(jsonText(sarif(report, (server) => lockOf(folder, server))));
  else terminal.stdout.write(options.flag('json') ? jsonText(report) : scanPage(report));
  return exitCodeOf(report, { left: left.length, partial: options.flag('partial') });
};

/** A hole, a record that nobody can read, and what nobody was asked about: none of them is fine. */
function exitCodeOf(
  { servers, refused }: ScanReport,
  { left, partial }: { readonly left: number; readonly partial: boolean },
): 0 | 1 {
  if (refused.length > 0 || servers.some(({ holes }) => holes.some(isOpen))) return 1;
  return partial || (left === 0 && servers.every(({ unchecked }) => unchecked.length === 0)) ? 0 : 1;
}

/** Beside each entry of which something could be asked; of the others nothing new is known. */
async function recordAll(scanned: Scannable['scanned'], report: ScanReport): Promise<void> {
  for (const [index, found] of report.servers.entries()) {
    const server = scanned[index];
    if (server === undefined) continue;
    const record = recordOf(found, {
      ...{ report, inventory: server.inventory },
      before: await readScanRecord(server.folder),
    });
    if (record !== undefined)
      await writeOut(
        scanRecordFile(server.folder),
        scanRecordText(record),
        'the servers after it are not recorded',
      );
  }
}

function lockOf(folder: string, server: string): string {
  return path.posix.join(path.basename(folder), server, 'lock.json');
}

/** Enough that reading and parsing go side by side. */
const maxAtOnce = 4;

interface Scannable {
  readonly scanned: readonly (Scanned & { readonly folder: string })[];
  /** Those of which nobody knows what is in them, one line each. */
  readonly left: readonly string[];
}

async function scannable(invocation: Invocation, folder: string): Promise<Scannable> {
  const { options } = invocation;
  const request = { templates: templatesFolder(), platform: platformOf(options) };
  const servers = await serversOf(invocation, { folder });
  const results = await pool(
    servers,
    maxAtOnce,
    async (server): Promise<Scannable['scanned'][number] | string> => {
      try {
        const { folder: place } = server;
        return { inventory: await inventoryOf(server, request), vex: await readVex(place), folder: place };
      } catch (error) {
        if (!options.flag('all') || !(error instanceof McpcatError)) throw error;
        return error.message;
      }
    },
  );
  return {
    scanned: results.filter((result) => typeof result !== 'string'),
    left: results.filter((result) => typeof result === 'string'),
  };
}

interface Sources {
  readonly places: readonly string[];
  readonly names: readonly string[];
  /** What could not be had, one line each. */
  readonly missing: readonly string[];
  readonly online?: OsvAnswer;
}

interface Asking {
  readonly inventories: readonly Inventory[];
  readonly today: string;
}

/** What was handed over, and for Go servers Go's own database. */
async function sourcesOf(invocation: Invocation, asking: Asking): Promise<Sources> {
  const { inventories } = asking;
  const given = invocation.options.list('advisories').map((place) => path.resolve(place));
  const go = inventories.some(({ components }) => components.some(({ kind }) => kind === 'go'))
    ? await goSource(invocation)
    : { places: [], names: [], missing: [] };
  const online = await onlineSource(invocation, asking);
  return {
    places: [...given, ...go.places],
    names: [...invocation.options.list('advisories'), ...go.names, ...online.names],
    missing: [...go.missing, ...online.missing],
    ...(online.online === undefined ? {} : { online: online.online }),
  };
}

/** Only if somebody wants it: it tells a service what they have. */
async function onlineSource(
  { options, terminal }: Invocation,
  { inventories, today }: Asking,
): Promise<Sources> {
  if (!options.flag('online')) return { places: [], names: [], missing: [] };
  if (options.flag('offline')) throw new McpcatError('usage', '--online and --offline: expected one of them');
  const { env, host, signal } = terminal;
  const address = mirrorIn(env, 'osv') ?? osvAddress;
  const identities = inventories.flatMap(({ components }) =>
    components.flatMap((component) => identityOf(component) ?? []),
  );
  const cacheFolder = host.folders(env).cache;
  const online = await askOsv({ address, identities, cacheFolder, today, signal });
  const names = online.answered.size === 0 ? [] : [new URL(address).host];
  return { places: [], names, missing: online.missing, online };
}

async function goSource({ options, terminal }: Invocation): Promise<Sources> {
  const { env, host, signal } = terminal;
  try {
    const found = await goDatabase({
      cacheFolder: host.folders(env).cache,
      env,
      fetch: options.flag('offline') ? 'never' : 'when-old',
      nowMs: Date.now(),
      signal,
    });
    if (found === undefined)
      return {
        places: [],
        names: [],
        missing: ['Go’s database is not on this machine yet: without --offline it is fetched'],
      };
    return { places: [found.zip], names: [`golang.org/x/vulndb ${found.version}`], missing: [] };
  } catch (error) {
    if (signal.aborted) throw error;
    return { places: [], names: [], missing: [`Go’s database could not be had: ${messageOf(error)}`] };
  }
}

async function* allFiles({ places, online }: Sources): AsyncGenerator<RecordFile> {
  for (const place of places) yield* recordFiles(place);
  yield* online?.files ?? [];
}
