/**
 * `npm run bench:lost-answers [-- --rounds N] [NAME…]`: which servers drop what they are at when their input ends, as
 * `mcpcat test --dry-run` sees it (docs/findings/lost-answers.md), in several rounds and one server at a time. All from
 * PyPI that have an image here, unless others are named; nothing is written. It means something on a quiet machine alone:
 * a server that is slow loses what it would have answered. About 8 s for each server and round there.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { imageOf } from '../src/catalog/image-name.ts';
import { loadCatalog } from '../src/catalog/load.ts';
import { mcpcat, project, testEngine } from '../test/rig/engine.ts';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});

interface Report {
  readonly findings: readonly { readonly kind: string; readonly message: string }[];
}

async function fromPypi(): Promise<readonly string[]> {
  const engine = await testEngine();
  const { servers } = await loadCatalog(path.join(project, 'catalog'), 'checked');
  const names: string[] = [];
  for (const [name, server] of servers)
    if (server.entry.source.startsWith('pypi:') && (await engine.inspectImage(imageOf(server))) !== undefined)
      names.push(name);
  return names;
}

/** What it has lost; undefined where it could not be tested at all. */
async function lostBy(name: string): Promise<string | undefined> {
  const words = [mcpcat, 'test', name, '--dry-run', '--json', '--jobs', '1'];
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, words, { maxBuffer: 64 << 20 }, (_error, text) => resolve(text));
  });
  const [report] = stdout === '' ? [] : (JSON.parse(stdout) as readonly Report[]);
  if (report?.findings.some(({ kind }) => kind === 'handshake-failed') !== false) return undefined;
  return report.findings.find(({ kind }) => kind === 'lost-answers')?.message ?? '';
}

const rounds = Number(values.rounds);
let always = 0;
for (const name of positionals.length > 0 ? positionals : await fromPypi()) {
  const seen: (string | undefined)[] = [];
  for (let round = 0; round < rounds; round++) seen.push(await lostBy(name));
  const lost = seen.filter(Boolean).length;
  if (lost === rounds) always++;
  const state = seen.includes(undefined) ? 'not tested' : `lost in ${String(lost)} of ${String(rounds)}`;
  process.stdout.write(
    `${name}: ${state}${seen.find(Boolean) === undefined ? '' : `: ${String(seen.find(Boolean))}`}\n`,
  );
}
process.stdout.write(`${String(always)} lost answers in every round\n`);
