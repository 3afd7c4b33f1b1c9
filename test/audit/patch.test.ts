import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patchOf } from '../../src/audit/patch.ts';

const none = { add: [], remove: [] };
const entry = `# A comment.
name: x
permissions:
  # Why.
  network: [a.example.com, b.example.com]
smoke: {}
`;

test('nothing to change is no patch', () => {
  assert.equal(patchOf('x', entry, { network: none, writable: none }), '');
});

test('hosts are added and removed in place, and the rest is left alone', () => {
  const patch = patchOf('x', entry, {
    network: { add: ['c.example.com:80'], remove: ['a.example.com'] },
    writable: none,
  });
  assert.equal(
    patch,
    `--- a/catalog/x/server.yaml
+++ b/catalog/x/server.yaml
@@ -1,6 +1,6 @@
 # A comment.
 name: x
 permissions:
   # Why.
-  network: [a.example.com, b.example.com]
+  network: [b.example.com, c.example.com:80]
 smoke: {}
`,
  );
});

test('an entry without permissions gets them, with the folder that every server has', () => {
  const patch = patchOf('x', 'name: x\n', {
    network: { add: ['a.example.com'], remove: [] },
    writable: { add: ['/home/mcpcat/.x'], remove: [] },
  });
  assert.match(
    patch,
    /@@ -1,1 \+1,4 @@\n name: x\n\+permissions:\n\+ {2}network: \[a\.example\.com\]\n\+ {2}writable: \[\/tmp, \/home\/mcpcat\/\.x\]\n$/,
  );
});
