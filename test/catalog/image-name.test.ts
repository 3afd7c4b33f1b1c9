import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { imageIn, imageOf } from '../../src/catalog/image-name.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { projectFolder } from '../../src/lib/project.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryText } from './entry-text.ts';

const own = path.join(projectFolder(), 'catalog');

test('the plain name is that of the catalog that mcpcat came with, as a folder and as its index', () => {
  assert.equal(imageIn({ kind: 'folder', folder: own }, 'time'), 'mcpcat/time:local');
  const file = path.join(projectFolder(), 'catalog.json');
  assert.equal(imageIn({ kind: 'file', file }, 'time'), 'mcpcat/time:local');
});

test('each other catalog has names of its own, whatever kind it is', () => {
  const others = [
    imageIn({ kind: 'folder', folder: '/srv/catalog' }, 'time'),
    imageIn({ kind: 'folder', folder: '/home/ann/catalog' }, 'time'),
    imageIn({ kind: 'file', file: '/srv/catalog.json' }, 'time'),
    imageIn({ kind: 'url', url: 'https://example.com/catalog.json' }, 'time'),
  ];
  assert.equal(new Set(others).size, others.length);
  for (const image of others) assert.match(image, /^mcpcat\/time:local-c[0-9a-f]{12}$/);
});

test('a server that was loaded has the name that its catalog gives it', async (t) => {
  const folder = temporaryFolder(t, { 'notes/server.yaml': entryText('notes') });
  assert.equal(imageOf(await loadServer(folder, 'notes')), imageIn({ kind: 'folder', folder }, 'notes'));
});
