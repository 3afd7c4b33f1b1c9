/** Writes `docs/catalog.md` from `catalog.json`; `--check` only says whether it is up to date. */
import { readFile } from 'node:fs/promises';
import { writeWhole } from '../src/lib/folders.ts';
import { listingPage } from '../src/listing/page.ts';
import { parseListing } from '../src/listing/parse-listing.ts';

const page = 'docs/catalog.md';
const text = listingPage(parseListing(await readFile('catalog.json', 'utf8'), 'catalog.json'));
if (!process.argv.includes('--check')) await writeWhole(page, text);
else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
  process.stderr.write(`${page} is not what catalog.json says: node scripts/catalog-page.ts\n`);
  process.exitCode = 1;
}
