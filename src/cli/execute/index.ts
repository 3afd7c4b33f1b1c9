import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { signingFile } from '../../attest/read-signing.ts';
import { problemText } from '../../catalog/problem.ts';
import { jsonText } from '../../lib/folders.ts';
import { gatherCatalogIndex } from '../../catalog-index/gather.ts';
import { catalogIndexText, type CatalogIndex } from '../../catalog-index/catalog-index.ts';
import { surfaceName } from '../../catalog-index/open-surface.ts';
import { catalogPage } from '../../catalog-index/page.ts';
import type { Tool } from '../../catalog/tools.ts';
import type { SiteEvidence } from '../../site/evidence.ts';
import { siteOf } from '../../site/site.ts';
import { parseCatalogIndex } from '../../catalog-index/parse-catalog-index.ts';
import type { Execute } from '../command.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { folderEvidence } from './server-score.ts';
import { catalogSignature } from './index-signature.ts';
import { gatheredTools } from './view.ts';
import { folderOf } from './build-environment.ts';
import { writeOut } from './write-out.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const folder = folderOf(invocation);
  const out = path.resolve(options.text('out') ?? path.join(folder, '..', 'catalog.json'));
  const page = options.text('page');
  const { catalogIndex, tools, surfaces, problems } = await gatherCatalogIndex(
    folder,
    await fingerprintsNow(options.list('base')),
    out,
  );
  const toolsFolder = path.join(path.dirname(out), catalogIndex.toolsFolder);
  const texts = [
    ...[...tools].map(([name, text]) => [path.join(toolsFolder, `${name}.json`), text] as const),
    ...[...surfaces].map(([name, text]) => [path.join(toolsFolder, surfaceName(name)), text] as const),
  ];
  // After the tools: who reads in between finds those that it names, or says that they are others.
  const text = catalogIndexText(catalogIndex);
  const signature = await catalogSignature(invocation, { out, text });
  texts.push([out, text]);
  if (signature !== undefined) texts.push([signature.file, signature.text]);
  if (page !== undefined) texts.push([path.resolve(page), catalogPage(catalogIndex)]);
  const site = options.text('site');
  if (site !== undefined) {
    const evidence = await folderEvidence(folder);
    texts.push(...siteTexts(path.resolve(site), catalogIndex, { tools, evidence }));
  }
  const check = options.flag('check');
  const before = await listedIn(out);
  const stale = await settle(texts, check);
  if (!check) await clear(toolsFolder, { before, now: catalogIndex });
  if (signature !== undefined && catalogIndex.signing === undefined)
    terminal.stderr.write(
      `mcpcat: ${path.join(folder, signingFile)} names nobody: at an address ${path.basename(out)} counts as unsigned, whoever has signed it\n`,
    );
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  if (check) for (const line of staleLines(stale)) terminal.stderr.write(`${line}\n`);
  const current = stale.length === 0;
  const facts = { file: out, current, ...countsOf(catalogIndex), problems: problems.length };
  const signed = signature === undefined ? '' : `; ${signature.sentence}`;
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : `${sentence(facts, check)}${signed}\n`);
  return problems.length > 0 || (check && !current) ? 1 : 0;
};

function siteTexts(
  folder: string,
  index: CatalogIndex,
  { tools, evidence }: { tools: ReadonlyMap<string, string>; evidence: ReadonlyMap<string, SiteEvidence> },
): (readonly [string, string])[] {
  const toolsOf = (name: string): readonly Tool[] => {
    const server = index.servers[name];
    return server === undefined ? [] : gatheredTools(server, tools);
  };
  const pages = siteOf(index, toolsOf, (name) => evidence.get(name));
  return [...pages].map(([file, text]) => [path.join(folder, file), text] as const);
}

/** Those that were otherwise; they are written, unless they are only to be checked. */
async function settle(
  texts: readonly (readonly [file: string, text: string])[],
  check: boolean,
): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, text] of texts) {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    stale.push(file);
    if (!check) await writeOut(file, text);
  }
  return stale;
}

/** Removes tools and surfaces of servers that the file listed and the catalog no longer has them of; the rest stays. */
async function clear(
  folder: string,
  { before, now }: { before: readonly string[]; now: CatalogIndex },
): Promise<void> {
  const gone = before.filter((name) => !Object.hasOwn(now.servers, name));
  const without = before.filter((name) => (now.servers[name]?.surface ?? null) === null);
  for (const file of [...gone.map((name) => `${name}.json`), ...without.map(surfaceName)])
    await rm(path.join(folder, file), { force: true });
}

/** The servers that a file lists; none of what is no catalog.json of this version. */
async function listedIn(file: string): Promise<readonly string[]> {
  try {
    return Object.keys(parseCatalogIndex(await readFile(file, 'utf8'), file).servers);
  } catch {
    return [];
  }
}

const maxLines = 5;

function staleLines(stale: readonly string[]): string[] {
  if (stale.length === 0) return [];
  const lines = stale
    .slice(-maxLines)
    .map(
      (file) => `mcpcat: ${file} is not what the catalog says${existsSync(file) ? '' : ': there is none'}`,
    );
  const more = stale.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${String(more)} files of tools`] : []), 'hint: mcpcat index'];
}

interface Counts {
  readonly servers: number;
  readonly proved: number;
  readonly stale: number;
  readonly unproved: number;
}

function countsOf({ servers }: CatalogIndex): Counts {
  const all = Object.values(servers);
  const count = (wanted: string): number => all.filter(({ status }) => status === wanted).length;
  return {
    servers: all.length,
    proved: count('proved'),
    stale: count('stale'),
    unproved: count('unproved'),
  };
}

function sentence(
  { file, current, servers, proved, stale, unproved }: Counts & { file: string; current: boolean },
  check: boolean,
): string {
  const state = current ? 'is up to date' : check ? 'is NOT up to date' : 'written';
  return `${file} ${state}: ${String(servers)} servers, ${String(proved)} verified, ${String(stale)} stale, ${String(unproved)} not verified yet`;
}
