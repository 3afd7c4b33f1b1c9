import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import { gather } from '../../src/add/clues/gather.ts';
import { initialDraft } from '../../src/add/initial.ts';
import type { Package } from '../../src/add/package/package.ts';
import { own } from './package.ts';

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

test('a program that a bundle starts under a changed name is found, if it is what the package is about', () => {
  const text = 'const child = import_cross_spawn.default("git", args); other_spawn("ffmpeg", args);';
  const made = entry({ description: 'Works with Git', files: [{ path: 'dist/index.js', text }] });
  assert.deepEqual(made.system, ['git']);
});
