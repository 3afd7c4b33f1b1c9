import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';
import type { Ran } from '../rig/engine.ts';

const catalog = path.join(import.meta.dirname, 'catalog');

type Run = (...words: string[]) => Promise<Ran & { readonly said: string }>;

/** A user with these profiles, and one stored secret; what is printed has `~` for the home. */
async function userWith(t: TestContext, profiles: Readonly<Record<string, string>>): Promise<Run> {
  const home = temporaryFolder(t);
  const folder = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(folder, { recursive: true });
  mkdirSync(path.join(home, 'notes'));
  for (const [name, text] of Object.entries(profiles)) writeFileSync(path.join(folder, `${name}.yaml`), text);
  const env = { HOME: home, MCPCAT_CATALOG: catalog, SEARCH_KEY: 'abc' };
  await runHere(['secret', 'set', 'search', 'SEARCH_KEY', '--from-env'], env);
  return async (...words) => {
    const ran = await runHere(['profile', ...words], { HOME: home, MCPCAT_CATALOG: catalog });
    return { ...ran, said: `${ran.stdout}${ran.stderr}`.replaceAll(home, '~') };
  };
}

const work = `description: at work
defaults: { timeout: 30s }
servers:
  search:
    secrets: [SEARCH_KEY]
    settings: { SEARCH_REGION: eu }
    readOnly: true
    tools: { allow: ["find_*"], deny: [find_all] }
  files: { mounts: { folder: ~/notes:ro }, callsPerMinute: 60, maxResult: 1m }
`;

test('list shows each profile with its servers and how many problems it has', async (t) => {
  const profile = await userWith(t, { work, broken: 'servers: {}\nmore: 1\n' });
  const { code, said } = await profile('list');
  assert.equal(code, 0);
  assert.match(said, /^broken +1 +~\/\.config\/mcpcat\/profiles\/broken\.yaml/m);
  assert.match(said, /^work +search files +~\/\.config\/mcpcat\/profiles\/work\.yaml +at work/m);
  const listed = JSON.parse((await profile('list', '--json')).stdout) as {
    name: string;
    problems: string[];
  }[];
  assert.deepEqual(
    listed.map(({ name, problems }) => [name, problems.length]),
    [
      ['broken', 1],
      ['work', 0],
    ],
  );
});

test('show says what holds for each server, and what of it nobody enforces', async (t) => {
  const profile = await userWith(t, { work });
  const { said } = await profile('show', 'work');
  assert.match(said, /^ {2}tools: find_\*, but not find_all$/m);
  assert.match(said, /a hint of the server, which nobody enforces/);
  assert.match(said, /^ {2}mounts: folder=~\/notes:ro$/m);
  assert.match(
    said,
    /timeout 30 s, results up to 1048576 bytes \(cut\), 60 calls a minute, asleep after 600 s/,
  );
  const { servers } = JSON.parse((await profile('show', 'work', '--json')).stdout) as {
    servers: { name: string; timeoutMs: number }[];
  };
  assert.deepEqual(
    servers.map(({ name, timeoutMs }) => [name, timeoutMs]),
    [
      ['search', 30_000],
      ['files', 30_000],
    ],
  );
});

test('check finds nothing wrong with what fits the catalog, the store and the folders', async (t) => {
  const profile = await userWith(t, { work });
  const { code, said } = await profile('check');
  assert.equal(said, 'work: fine (~/.config/mcpcat/profiles/work.yaml)\n');
  assert.equal(code, 0);
});

test('check says what does not fit, each at its place, and goes on with the others', async (t) => {
  const profile = await userWith(t, {
    a: `servers:
  search:
    settings: { SEARCH_REGOIN: eu }
    secrets: [SEARCH_KEY, SEARCH_REGION]
  nowhere: {}
  files: { mounts: { folder: ~/gone } }
  echo: { mounts: { data: /srv } }
`,
    b: 'servers: { search: { settings: { SEARCH_KEY: 1234 } } }\n',
    c: 'servers: { search: { secrets: [] } }\n',
  });
  const { code, said } = await profile('check');
  assert.equal(code, 1);
  const places = said
    .split('\n')
    .flatMap((line) => /profiles\/(.*?): (\S+)/.exec(line)?.slice(1, 3).join(' ') ?? []);
  assert.deepEqual(places, [
    'a.yaml:3:17 servers.search.settings.SEARCH_REGOIN:',
    'a.yaml:4:27 servers.search.secrets:',
    'a.yaml:5:3 servers.nowhere:',
    'a.yaml:6:3 servers.files:',
    'a.yaml:7:21 servers.echo.mounts.data:',
    'b.yaml:1:34 servers.search.settings.SEARCH_KEY:',
    'c.yaml:1:12 servers.search:',
  ]);
  assert.match(said, /did you mean SEARCH_REGION /);
  assert.match(said, /mcpcat secret set search SEARCH_KEY/);
  assert.match(said, /search needs a setting that was not given: SEARCH_KEY/);
});

test('check of one profile leaves the others alone', async (t) => {
  const profile = await userWith(t, { work, broken: 'servers: 1\n' });
  assert.equal((await profile('check', 'work')).code, 0);
  assert.equal((await profile('check')).code, 1);
  const { code, said } = await profile('check', 'wrok');
  assert.deepEqual([code, /did you mean work/.test(said)], [2, true]);
});
