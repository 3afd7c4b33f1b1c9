import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listingPage } from '../../src/listing/page.ts';
import { listingOf } from './rig.ts';

test('the page has a row for each proved server, and says why another is none', async (t) => {
  const { listing } = await listingOf(t, 'x', 'y');
  const y = listing.servers['y'];
  assert.ok(y);
  const page = listingPage({
    ...listing,
    servers: { ...listing.servers, y: { ...y, status: 'stale', reason: 'its permissions have changed' } },
  });
  assert.match(page, /^1 servers are proved/m);
  assert.match(
    page,
    /^\| \[`x`\]\(https:\/\/example\.com\/fixture "A fixture"\) 1\.0\.0 \| It is here for the tests\. \| nothing \|  \|  \| 2026-11-01 \| 400 ms \| 40 MB \| 36 \|$/m,
  );
  assert.match(page, /^\| \[`y`\].* \| its permissions have changed \|$/m);
});

test('no text of an entry can break out of its cell', async (t) => {
  const { listing } = await listingOf(t, 'x');
  const x = listing.servers['x'];
  assert.ok(x);
  const description = 'a | b\n\n# <script>alert(1)</script>';
  const rows = listingPage({ ...listing, servers: { x: { ...x, description } } })
    .split('\n')
    .filter((line) => line.startsWith('| [`x`]'));
  assert.equal(rows.length, 1);
  assert.match(rows[0] ?? '', /a \\\| b \\# &lt;script&gt;alert\(1\)&lt;\/script&gt;/);
});

test('no address or title of an entry becomes markup of the page', async (t) => {
  const { listing } = await listingOf(t, 'x');
  const x = listing.servers['x'];
  assert.ok(x);
  const page = listingPage({
    ...listing,
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
