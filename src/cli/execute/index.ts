import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { problemText } from '../../catalog/problem.ts';
import { jsonText } from '../../lib/folders.ts';
import { gatherListing } from '../../listing/gather.ts';
import type { Listing } from '../../listing/listing.ts';
import type { Execute } from '../command.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { folderOf } from './workshop.ts';
import { writeOut } from './write-out.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const folder = folderOf(invocation);
  const out = path.resolve(options.text('out') ?? path.join(folder, '..', 'catalog.json'));
  const { listing, problems } = await gatherListing(folder, await fingerprintsNow(options.list('base')));
  const text = jsonText(listing);
  const before = await readFile(out, 'utf8').catch(() => undefined);
  const current = before === text;
  const check = options.flag('check');
  if (!check && !current) await writeOut(out, text);
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  if (check && !current)
    terminal.stderr.write(
      `mcpcat: ${out} is not what the catalog says${before === undefined ? ': there is none' : ''}\nhint: mcpcat index\n`,
    );
  const facts = { file: out, current, ...countsOf(listing), problems: problems.length };
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : `${sentence(facts, check)}\n`);
  return problems.length > 0 || (check && !current) ? 1 : 0;
};

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
