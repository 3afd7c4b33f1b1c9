import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogPage } from '../../src/catalog-index/page.ts';
import { catalogIndexOf } from './rig.ts';

test('the page has a row for each verified server, and says why another is none', async (t) => {
  const { catalogIndex } = await catalogIndexOf(t, 'x', 'y');
  const y = catalogIndex.servers['y'];
  assert.ok(y);
  const page = catalogPage({
    ...catalogIndex,
    servers: {
      ...catalogIndex.servers,
      y: { ...y, status: 'stale', reason: 'its permissions have changed' },
    },
  });
  assert.match(page, /^1 server is verified/m);
  assert.match(
    page,
    /^\| \[`x`\]\(https:\/\/example\.com\/fixture "A fixture"\) 1\.0\.0 \| It is here for the tests\. \| nothing \|  \|  \| 2026-11-01 \| 400 ms \| 40 MB \| 36 \|$/m,
  );
  assert.match(page, /^\| \[`y`\].* \| its permissions have changed \|$/m);
});

test('no text of an entry can break out of its cell', async (t) => {
  const { catalogIndex } = await catalogIndexOf(t, 'x');
  const x = catalogIndex.servers['x'];
  assert.ok(x);
  const description = 'a | b\n\n# <script>alert(1)</script>';
  const rows = catalogPage({ ...catalogIndex, servers: { x: { ...x, description } } })
    .split('\n')
    .filter((line) => line.startsWith('| [`x`]'));
  assert.equal(rows.length, 1);
  assert.match(rows[0] ?? '', /a \\\| b \\# &lt;script&gt;alert\(1\)&lt;\/script&gt;/);
});

test('no address or title of an entry becomes markup of the page', async (t) => {
  const { catalogIndex } = await catalogIndexOf(t, 'x');
  const x = catalogIndex.servers['x'];
  assert.ok(x);
  const page = catalogPage({
    ...catalogIndex,
    servers: {
      x: {
        ...x,
        repository: 'https://example.com/"><img src=x>',
        description: '![x](https://example.com/p.png) <!-- ',
      },
    },
  });
  const row = page.split('\n').find((line) => line.includes('`x`')) ?? '';
  assert.match(row, /example\.com/);
  assert.doesNotMatch(row, /<img|(?<!\\)!|(?<!\\)\]\(https:|<!-- \|/);
});
