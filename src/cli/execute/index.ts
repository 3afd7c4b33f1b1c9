import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { problemText } from '../../catalog/problem.ts';
import { jsonText } from '../../lib/folders.ts';
import { gatherListing } from '../../listing/gather.ts';
import type { Listing } from '../../listing/listing.ts';
import { listingPage } from '../../listing/page.ts';
import type { Execute } from '../command.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { folderOf } from './workshop.ts';
import { writeOut } from './write-out.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const folder = folderOf(invocation);
  const out = path.resolve(options.text('out') ?? path.join(folder, '..', 'catalog.json'));
  const page = options.text('page');
  const { listing, problems } = await gatherListing(folder, await fingerprintsNow(options.list('base')));
  const texts: [string, string][] = [[out, jsonText(listing)]];
  if (page !== undefined) texts.push([path.resolve(page), listingPage(listing)]);
  const check = options.flag('check');
  const stale = await settle(texts, check);
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  if (check)
    for (const file of stale)
      terminal.stderr.write(
        `mcpcat: ${file} is not what the catalog says${existsSync(file) ? '' : ': there is none'}\nhint: mcpcat index\n`,
      );
  const current = stale.length === 0;
  const facts = { file: out, current, ...countsOf(listing), problems: problems.length };
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : `${sentence(facts, check)}\n`);
  return problems.length > 0 || (check && !current) ? 1 : 0;
};

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

interface Counts {
  readonly servers: number;
  readonly proved: number;
  readonly stale: number;
  readonly unproved: number;
}

function countsOf({ servers }: Listing): Counts {
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
  return `${file} ${state}: ${String(servers)} servers, ${String(proved)} proved, ${String(stale)} stale, ${String(unproved)} not proved yet`;
}
