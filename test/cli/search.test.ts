import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { serverFiles, toolsText } from '../catalog-index/rig.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { project } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';

/** The real catalog as one file: what its entries say (`check-index` holds that), for half the processor time. */
const catalog = path.join(project, 'catalog.json');
/** Questions as people ask them, and a server of the real catalog that has to be among the first. */
const questions: readonly (readonly [question: string, answer: string, among: number])[] = [
  ['browser screenshot', 'playwright', 1],
  ['time zone', 'time', 1],
  ['read file', 'filesystem', 1],
  ['create issue', 'github', 8],
  ['databse query', 'postgres', 3],
  ['send message', 'discord', 3],
];
for (const [question, answer, among] of questions)
  test(`"${question}" finds ${answer} among the first ${String(among)}`, async () => {
    const words = ['search', ...question.split(' '), '--json', '--catalog', catalog];
    const { code, stdout } = await runHere(words, { HOME: '/nowhere' });
    assert.equal(code, 0);
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    assert.ok(names.slice(0, among).includes(answer), names.slice(0, 10).join(', '));
  });

test('a list fits 80 columns, and names and versions are whole', async () => {
  const { stdout } = await runHere(['list'], { HOME: '/nowhere' });
  const json = await runHere(['list', '--json'], { HOME: '/nowhere' });
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const servers = JSON.parse(json.stdout) as { name: string; version: string | null }[];
  assert.equal(lines.length, servers.length + 1);
  for (const [index, { name, version }] of servers.entries())
    assert.ok(lines[index + 1]?.startsWith(name) && lines[index + 1]?.includes(version ?? '(no lock)'), name);
});

test('search and lock ask an address for its catalog.json once, however many servers it has', async (t) => {
  const folder = temporaryFolder(t, { ...serverFiles('x'), ...serverFiles('y') });
  const { catalogIndex } = await gatherCatalogIndex(folder);
  const text = jsonText(catalogIndex);
  const { url, requests } = await loopback(t, ({ url: asks }, response) =>
    response.end(asks === '/catalog.json' ? text : toolsText),
  );
  const home = temporaryFolder(t);
  const env = { HOME: home, MCPCAT_CATALOG: `${url}/catalog.json` };
  const found = await runHere(['search', 'ask', '--json'], env);
  assert.deepEqual(
    (JSON.parse(found.stdout) as { name: string }[]).map(({ name }) => name),
    ['x', 'y'],
  );
  const asked = (): number => requests.filter((one) => one === '/catalog.json').length;
  assert.equal(asked(), 1);
  assert.equal((await runHere(['lock', 'x', 'y', '--file', `${home}/mcp-lock.json`], env)).code, 0);
  assert.equal(asked(), 2);
});
