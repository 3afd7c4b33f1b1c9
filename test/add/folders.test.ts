import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialDraft } from '../../src/add/initial.ts';
import { gather } from '../../src/evidence/gather.ts';
import { withHost, type Draft } from '../../src/add/draft.ts';
import { withFolders } from '../../src/add/folders.ts';
import type { Seen } from '../../src/add/start.ts';
import { own } from '../evidence/package.ts';

function draft(): Draft {
  const thing = own({});
  const found = initialDraft(thing, gather(thing), {
    name: 'thing',
    source: 'npm:thing',
    command: undefined,
    args: undefined,
    env: {},
  });
  assert.ok(found);
  return found;
}

function tool(name: string, properties: Readonly<Record<string, unknown>>): Seen['tools'][number] {
  return { name, inputSchema: { type: 'object', properties }, readOnly: false };
}

function modes(from: Draft, ...tools: Seen['tools']): string[] {
  return withFolders(from, { tools }).entry.permissions.mounts.map(({ mode }) => mode);
}

for (const name of ['path', 'file_path', 'fileAbsolutePath', 'filename', 'outputDir', 'working_directory'])
  test(`a property ${name} is a path`, () => {
    assert.deepEqual(modes(draft(), tool('read', { [name]: { type: 'string' } })), ['ro']);
  });

for (const name of ['city', 'profile', 'direction', 'pathology'])
  test(`a property ${name} is none`, () => {
    assert.deepEqual(modes(draft(), tool('read', { [name]: { type: 'string' } })), []);
  });

test('paths inside lists of objects count too, and a tool that changes files may write', () => {
  const sources = {
    type: 'array',
    items: { type: 'object', properties: { path: { type: 'string' }, pages: { type: 'string' } } },
  };
  assert.deepEqual(modes(draft(), tool('read_pdf', { sources })), ['ro']);
  assert.deepEqual(modes(draft(), tool('write_pdf', { sources })), ['rw']);
});

test('where hosts are reached too, a path counts only if its description speaks of files', () => {
  const reaching = withHost(draft(), 'api.thing.io', 'reached');
  const local = { type: 'string', description: 'Absolute path to the PDF file' };
  assert.deepEqual(
    modes(reaching, tool('get', { path: { type: 'string', description: 'Path in the repository' } })),
    [],
  );
  assert.deepEqual(modes(reaching, tool('get', { path: local })), ['ro']);
});
