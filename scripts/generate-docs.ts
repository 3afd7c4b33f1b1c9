/** Writes the pages of `docs` that are made from the code; `--check` fails if one is not what the code says. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { writeWhole } from '../src/lib/folders.ts';
import { architecturePage } from './architecture-page.ts';
import { clientsPage } from './clients-page.ts';
import { enginesPage } from './engines-page.ts';
import { serverYamlPage } from './server-yaml-page.ts';

const pages: Readonly<Record<string, () => string>> = {
  'docs/architecture.md': architecturePage,
  'docs/clients.md': clientsPage,
  'docs/engines.md': enginesPage,
  'docs/server-yaml.md': serverYamlPage,
};

const check = process.argv.includes('--check');
for (const [file, page] of Object.entries(pages)) {
  const at = path.resolve(import.meta.dirname, '..', file);
  const text = await format(page(), { ...(await resolveConfig(at)), filepath: at });
  const old = await readFile(at, 'utf8').catch(() => '');
  if (old === text) continue;
  if (check) {
    console.error(`${file} is not what the code says: node scripts/generate-docs.ts writes it`);
    process.exitCode = 1;
  } else await writeWhole(at, text);
}
