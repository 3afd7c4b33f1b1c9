import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CatalogIndex, ListedServer } from '../../src/catalog-index/catalog-index.ts';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { html } from '../../src/site/html.ts';
import type { ScanRecord } from '../../src/advisories/scan-record.ts';
import { siteOf } from '../../src/site/site.ts';

const index = parseCatalogIndex(readFileSync('catalog.json', 'utf8'), 'catalog.json');
const none = (): readonly [] => [];
const pages = siteOf(index, none);
const first = pages.get('index.html') ?? '';

test('there is a page for each server, and the first page names them all', () => {
  for (const name of Object.keys(index.servers)) {
    assert.ok(pages.has(`server/${name}.html`), name);
    assert.ok(first.includes(`href="server/${name}.html"`), name);
  }
});

test('the first page with its style and script stays below 150 kB', () => {
  const bytes = ['index.html', 'style.css', 'site.js'].reduce(
    (sum, file) => sum + Buffer.byteLength(pages.get(file) ?? ''),
    0,
  );
  assert.ok(bytes <= 150_000, String(bytes));
});

test('the same catalog gives the same bytes', () => assert.deepEqual(siteOf(index, none), pages));

test('nothing is loaded from elsewhere', () => {
  for (const [file, text] of pages)
    assert.doesNotMatch(text, /<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?\/\//, file);
});

test('what a server may do stands above its own words', () => {
  for (const [file, text] of pages)
    if (file.startsWith('server/'))
      assert.ok(text.indexOf('What it may do') < text.indexOf('In words of its own'), file);
});

const evil = '"><script>alert(1)</script>\u202Egnp<img src=x onerror=alert(2)>\u0007\u001B[31m';

test('words of strangers become text, whatever they hold', () => {
  const [name, server] = Object.entries(index.servers)[0] as [string, ListedServer];
  const hostile: ListedServer = {
    ...server,
    title: evil,
    description: evil,
    license: evil,
    repository: `javascript:alert(3)`,
    env: { KEY: { description: evil, required: true, secret: true } },
    reason: evil,
  };
  const servers: CatalogIndex = { ...index, servers: { [name]: hostile } };
  for (const [file, text] of siteOf(servers, () => [{ name: evil, description: evil, schema: '' }])) {
    if (!file.endsWith('.html')) continue;
    assert.doesNotMatch(text, /<img|onerror=alert\(2\)>|<script>|href="javascript:/, file);
    for (const hidden of ['\u202E', '\u0007', '\u001B']) assert.ok(!text.includes(hidden), file);
  }
});

test('markup is only what is ours', () => {
  assert.equal(
    html`<p title="${`"'<>&`}">${['a', html`<b>${'<'}</b>`]}</p>`.text,
    '<p title="&quot;&#39;&lt;&gt;&amp;">a<b>&lt;</b></p>',
  );
});

test('a score stands on the page with the reason of each point, and none is made up', () => {
  const [name] = Object.keys(index.servers);
  const line = { what: 'what it may reach', points: 3, of: 20, because: evil, source: 'server.yaml' };
  const score = {
    server: name ?? '',
    score: 3,
    alone: 0,
    lines: [{ ...line, alone: { points: 0, because: 'all' } }],
  };
  const page =
    siteOf(index, none, () => ({ score, scan: undefined, history: [] })).get(`server/${name ?? ''}.html`) ??
    '';
  assert.match(page, /Score: 3 of 100 in the sandbox, 0 without/);
  assert.match(page, /what it may reach: 3 of 20/);
  assert.ok(!page.includes('<script>alert(1)'));
  assert.doesNotMatch(pages.get(`server/${name ?? ''}.html`) ?? '', /Score:/);
});

test('date and result of the last scan stand on the page; one of another release says nothing of this one', () => {
  const [name, server] = Object.entries(index.servers)[0] ?? [];
  const hole = { id: evil, aliases: [], severity: 'high' as const, ecosystem: 'npm' as const, name: evil };
  const scan: ScanRecord = {
    ...{ scanVersion: 1, version: server?.version ?? '', date: '2026-11-20', sources: [], unchecked: [] },
    checked: [{ ecosystem: 'npm', packages: 3 }],
    holes: [{ ...hole, version: '1.0.0', fixed: '1.0.1', exceptedUntil: null }],
  };
  const page = (of: ScanRecord | undefined): string =>
    siteOf(index, none, () => ({ score: undefined, scan: of, history: [] })).get(
      `server/${name ?? ''}.html`,
    ) ?? '';
  assert.match(page(scan), /Known holes on 2026-11-20 in npm: 1, 1 of them fixed in a later release/);
  assert.ok(!page(scan).includes('<script>alert(1)'));
  assert.match(page({ ...scan, version: '0.0.0' }), /last looked at 0\.0\.0, another release/);
  assert.match(page(undefined), /nobody has looked/);
});

test('how its tools have changed over releases stands on the page, newest first', () => {
  const [name] = Object.keys(index.servers);
  const base = { date: '2026-11-20', tools: 2, sha256: 'a'.repeat(64) };
  const history = [
    { ...base, version: '1.0.0', changes: null },
    { ...base, version: '1.1.0', changes: { added: [evil], removed: ['tell'], changed: [] } },
    { ...base, version: '1.2.0', changes: { added: [], removed: [], changed: [] } },
  ];
  const page = (of: typeof history): string =>
    siteOf(index, none, () => ({ score: undefined, scan: undefined, history: of })).get(
      `server/${name ?? ''}.html`,
    ) ?? '';
  const text = page(history).replaceAll(/\s+/g, ' ');
  assert.match(
    text,
    /3 releases are recorded, the last of 2026-11-20\..*1\.2\.0 .*the same as before.*1\.1\.0 .*removed: tell.*1\.0\.0/,
  );
  assert.ok(!text.includes('<script>alert(1)'));
  assert.match(page(history.slice(0, 1)), /one release is recorded, of 2026-11-20/);
  assert.doesNotMatch(page([]), /Changes of its tools/);
});
