/**
 * What users wait for when they ask about a whole catalog: `npm run bench:supply-chain -- [CATALOG]`. `scan --all` as a
 * command with a database that is on this machine (of npm and PyPI only what MCPCAT_ADVISORIES names), and the SBOMs of
 * all servers in both forms. Seconds of CPU besides those of the clock: a busy machine lengthens only the latter.
 */
import path from 'node:path';
import { loadCatalog } from '../src/catalog/load.ts';
import { inventoryOf } from '../src/inventory/inventory.ts';
import { cycloneDx } from '../src/sbom/cyclonedx.ts';
import { spdx } from '../src/sbom/spdx.ts';
import { spentByScript, type Spent } from './spent.ts';

const project = path.resolve(import.meta.dirname, '..');
const catalog = path.resolve(process.argv[2] ?? path.join(project, 'catalog'));

const seconds = ({ wall, cpu }: Spent): string => `${wall.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU`;

async function sboms(): Promise<Spent & { readonly count: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  const { servers } = await loadCatalog(catalog);
  let count = 0;
  for (const server of servers.values()) {
    if (server.lock === undefined) continue;
    const templates = path.join(project, 'templates');
    const inventory = await inventoryOf(server, { templates, platform: 'linux/amd64' });
    cycloneDx(inventory);
    spdx(inventory);
    count++;
  }
  const { user, system } = process.cpuUsage(before);
  return { count, wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

const advisories = process.env['MCPCAT_ADVISORIES'];
const scan = [
  path.join(project, 'bin/mcpcat.js'),
  ...['scan', '--all', '--partial', '--catalog', catalog],
  ...(advisories === undefined ? [] : ['--advisories', advisories]),
];
// The first one may fetch Go's database.
spentByScript(scan);
const runs = Array.from({ length: 5 }, () => spentByScript(scan)).toSorted((a, b) => a.cpu - b.cpu);
console.log(`scan --all, median of 5 by CPU: ${seconds(runs[2] ?? { wall: Number.NaN, cpu: Number.NaN })}`);
const made = await sboms();
console.log(`${String(made.count)} servers, CycloneDX and SPDX: ${seconds(made)}`);
