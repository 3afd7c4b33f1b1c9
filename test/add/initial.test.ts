import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import { gather } from '../../src/evidence/gather.ts';
import { initialDraft } from '../../src/add/initial.ts';
import type { Package } from '../../src/package/package.ts';
import { own } from '../evidence/package.ts';

function entry(more: Partial<Package>): Entry {
  const thing = own(more);
  const draft = initialDraft(thing, gather(thing), {
    name: 'thing',
    source: 'npm:thing',
    command: undefined,
    args: undefined,
    env: {},
  });
  assert.ok(draft);
  return draft.entry;
}

function configured(env: Readonly<Record<string, string>>): Partial<Package> {
  return { readme: JSON.stringify({ command: 'npx', args: ['-y', 'thing'], env }) };
}

function required({ env }: Entry): string[] {
  return Object.keys(env).filter((name) => env[name]?.required);
}

test('what stands with a placeholder in every configuration is required', () => {
  const env = { THING_API_KEY: 'your-key', THING_URL: 'https://thing.example.org', THING_LEVEL: 'info' };
  assert.deepEqual(required(entry(configured(env))), ['THING_API_KEY', 'THING_URL']);
});

test('so is a host, but not the own machine or where it listens', () => {
  const env = { THING_HOST: '192.168.1.1', THING_DB_HOST: 'localhost', MCP_HOST: '192.168.1.2' };
  assert.deepEqual(required(entry(configured(env))), ['THING_HOST']);
});

test('what stands in a configuration is described, also where only a dependency reads it', () => {
  assert.deepEqual(Object.keys(entry(configured({ THING_LEVEL: 'info' })).env), ['THING_LEVEL']);
});

test('headers in JSON are an extra, however often they are shown', () => {
  const env = { THING_API_KEY: 'your-key', THING_HEADERS: '{"X-Client": "your-id"}' };
  assert.deepEqual(required(entry(configured(env))), ['THING_API_KEY']);
});

test('of a server for many services nobody needs all keys; the smoke test gives them all', () => {
  const env = {
    RED_TOKEN: 'your-token',
    BLUE_TOKEN: 'your-token',
    GREEN_API_KEY: 'your-key',
    GREEN_URL: 'https://green.example.org',
    PINK_PASSWORD: 'your-password',
  };
  const made = entry(configured(env));
  assert.deepEqual(required(made), []);
  assert.deepEqual(Object.keys(made.smoke.env).toSorted(), Object.keys(env).toSorted());
});

test('keys that may stay empty are given by the smoke test too, addresses with a default are not', () => {
  const services = ['RED', 'BLUE', 'GREEN', 'PINK'];
  const env = Object.fromEntries(services.map((name) => [`${name}_TOKEN`, `\${input:${name}}`]));
  const readme = `${JSON.stringify({ command: 'npx', args: ['-y', 'thing'], env: { ...env, RED_URL: '${input:url}', PINK_URL: '${input:pink}' } })}
${services.map((id) => JSON.stringify({ id, description: 'Token - leave blank to disable', password: true })).join('\n')}
${JSON.stringify({ id: 'pink', description: 'Address, leave blank to disable' })}
${JSON.stringify({ id: 'url', description: 'Address, leave blank for the default' })}`;
  const made = entry({ readme });
  assert.deepEqual(required(made), []);
  assert.deepEqual(Object.keys(made.smoke.env).toSorted(), [...Object.keys(env), 'PINK_URL'].toSorted());
});

test('a program that a bundle starts under a changed name is found, if it is what the package is about', () => {
  const text = 'const child = import_cross_spawn.default("git", args); other_spawn("ffmpeg", args);';
  const made = entry({ description: 'Works with Git', files: [{ path: 'dist/index.js', text }] });
  assert.deepEqual(made.system, ['git']);
});

test('without a repository the one that its documents link to counts, if it has its name', () => {
  const none = { repository: undefined, name: 'mcp-server-boats' };
  const other = 'See https://github.com/someone/awesome-list and https://github.com/other/ships-mcp.';
  const both = `${other} Clone https://github.com/someone/mcp-server-boats.git.`;
  assert.equal(entry({ ...none, readme: both }).repository, 'https://github.com/someone/mcp-server-boats');
  assert.equal(
    entry({ ...none, readme: other }).repository,
    'https://www.npmjs.com/package/mcp-server-boats',
  );
});
