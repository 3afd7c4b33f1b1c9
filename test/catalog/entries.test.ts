/** What holds for every entry of the catalog, and what no schema can say. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import { loadCatalog } from '../../src/catalog/load.ts';

const { servers } = await loadCatalog(path.resolve(import.meta.dirname, '../../catalog'), 'replaced');
const entries = [...servers.values()].map(({ entry }) => entry);

/** Calls that touch what was handed over without naming it; and what no single call can touch. */
const unnamed: Readonly<Record<string, string>> = {
  debugger: 'every tool that reads a file wants the id of a session that another call has made',
  excel: 'paths are relative to the folder that its arguments name',
  flux: 'it answers with the contexts of the kubeconfig',
  'google-analytics': 'every call begins with the credentials',
  kubernetes: 'it answers with the kubeconfig',
  sqlite: 'the setting DB_URL names the file',
};

const needing = entries.filter(({ permissions: { mounts } }) => mounts.some(({ required }) => required));

test('an entry that can not do without a mount has a call that touches what was handed over', () => {
  const silent = needing.filter(({ name, permissions: { mounts }, smoke: { call } }) => {
    const asked = JSON.stringify(call?.arguments ?? {});
    return mounts.some(
      ({ required, target }) => required && !asked.includes(target) && unnamed[name] === undefined,
    );
  });
  assert.deepEqual(
    silent.map(({ name }) => name),
    [],
  );
  assert.deepEqual(
    needing.filter(({ smoke: { call } }) => call === undefined).map(({ name }) => name),
    [],
  );
});

test('what is said of calls that name no mount is of entries that need it', () => {
  const names = needing.map(({ name }) => name);
  const stale = Object.keys(unnamed).filter((name) => !names.includes(name));
  assert.deepEqual(stale, []);
});

/** A folder for a file makes people copy a secret to where the program looks for it, with its neighbours. */
const singleFile = /\b(kubeconfig|service account|credentials?)\b/i;

test('credentials are handed over as a file', () => {
  const folders = entries.flatMap(({ name, permissions: { mounts } }) =>
    mounts
      .filter(
        ({ kind, description, name: mount }) => kind !== 'file' && singleFile.test(`${mount} ${description}`),
      )
      .map((mount) => `${name}: ${mount.name}`),
  );
  assert.deepEqual(folders, []);
});

test('a setting says where its file is only where a mount has it', () => {
  const lost = entries.flatMap((entry) =>
    Object.entries(entry.env)
      .filter(([, { description }]) => !isFound(entry, description))
      .map(([name]) => `${entry.name}: ${name}`),
  );
  assert.deepEqual(lost, []);
});

/** `below /certificates`: in a folder that may be handed over, outlives the server, or is in memory. */
function isFound({ permissions }: Entry, description: string): boolean {
  const { mounts, state, writable } = permissions;
  const folders = [...mounts.map(({ target }) => target), ...state.map(({ target }) => target), ...writable];
  const [, named] = /\bbelow (\/[\w/-]+)/.exec(description) ?? [];
  return named === undefined || folders.some((folder) => named === folder || named.startsWith(`${folder}/`));
}
