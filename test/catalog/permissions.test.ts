import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionSentences, permissionSummary } from '../../src/catalog/permissions.ts';
import { entryOf } from '../sandbox/fixtures.ts';

test('people are told what is one file and what is a folder', () => {
  const entry = entryOf({
    permissions: {
      mounts: [
        { name: 'key', target: '/keys/key', kind: 'file', required: true, description: 'A key' },
        { name: 'docs', target: '/docs', mode: 'rw', many: true, description: 'Documents' },
      ],
    },
  });
  assert.deepEqual(permissionSentences(entry).slice(1, 3), [
    'File "key" (required), read, seen as /keys/key: A key',
    'Folder "docs" (optional), read, and written if you allow it, seen as /docs; several may be handed over, each below it: Documents',
  ]);
  assert.equal(permissionSummary(entry), 'file key (ro), folder docs (rw)');
});
