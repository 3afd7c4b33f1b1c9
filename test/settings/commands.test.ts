/** What the commands make of the settings file; what the engine is asked for is in test/docker/settings.test.ts. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { transcript } from '../cli/transcript.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** Says a line to mcpcat with this settings file. */
async function say(t: TestContext, line: string, settings: unknown): Promise<string> {
  const base = temporaryFolder(t);
  mkdirSync(path.join(base, 'mcpcat'));
  writeFileSync(path.join(base, 'mcpcat/settings.json'), JSON.stringify(settings));
  const said = await transcript(`$ XDG_CONFIG_HOME=${base} mcpcat ${line}`);
  return said.replaceAll(base, '~');
}

const restrict = { servers: { search: { network: ['api.example.com'], memory: '256m' } } };

test('info shows what the file leaves, and only what differs', async (t) => {
  const page = await say(t, 'info search', restrict);
  assert.match(
    page,
    /What ~\/mcpcat\/settings\.json leaves of it:\n {2}Network: only api\.example\.com\.\n {2}Limits: 256m of memory, 2 processor\(s\), 64 processes, 64m of shared memory\.\n\n/,
  );
  assert.match(page, /Network: only api\.example\.com, \*\.cdn\.example\.com\./);
});

test('info --json has it beside what the catalog says', async (t) => {
  const facts = async (settings: unknown): Promise<Readonly<Record<string, unknown>>> => {
    const said = await say(t, 'info search --json', settings);
    return JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1)) as Record<string, unknown>;
  };
  assert.deepEqual((await facts(restrict))['restricted'], {
    file: '~/mcpcat/settings.json',
    network: ['api.example.com'],
    limits: { memory: '256m', cpus: 2, pids: 64 },
  });
  assert.equal((await facts({}))['restricted'], null);
});

test('info says nothing of a file that does not name the server', async (t) => {
  assert.doesNotMatch(await say(t, 'info echo', restrict), /leaves of it/);
});

test('run refuses a file that widens, before it looks for an engine', async (t) => {
  const said = await say(t, 'run search --env SEARCH_KEY=x', { servers: { search: { memory: '2g' } } });
  assert.match(
    said,
    /mcpcat: ~\/mcpcat\/settings\.json:1:32: search\.memory: expected at most the entry's 1g, found "2g"\n/,
  );
  assert.match(said, /--- exit 2/);
});

test('run refuses --allow where the file denies the network', async (t) => {
  const settings = { servers: { search: { denyNetwork: true } } };
  const said = await say(t, 'run search --env SEARCH_KEY=x --allow other.example.com', settings);
  assert.match(said, /denyNetwork stands there, and to allow other\.example\.com contradicts it/);
  assert.match(said, /--- exit 2/);
});
