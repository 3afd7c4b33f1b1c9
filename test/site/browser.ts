/**
 * `npm run test:site`: the catalog's site in a real Chromium (Debian's `chromium`, or the program that CHROMIUM names),
 * served by `mcpcat browse` on loopback. Not among the ordinary tests: a browser is 400 MB.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(
    `test:site: no Chromium at ${executablePath}: apt-get install chromium, or name one with CHROMIUM`,
  );
  process.exit(1);
}
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const timeout = 120_000;
const served = spawn(
  process.execPath,
  ['bin/mcpcat.js', 'browse', '--no-open', '--catalog', 'catalog.json'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let browser: Browser;
let url = '';
const problems: string[] = [];

before(
  async () => {
    for await (const chunk of served.stdout as AsyncIterable<Buffer>) {
      url = chunk.toString().trim();
      break;
    }
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  },
  { timeout },
);
after(async () => {
  await browser?.close();
  served.kill();
});

async function opened(path: string, { width = 1200, dark = false, scripts = true } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
    // Its rules would keep the measuring script of axe out as well.
    bypassCSP: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
  page.on('pageerror', (error) => void problems.push(error.message));
  await page.goto(url + path);
  return page;
}

/** Evaluated in the page. */
const visible = "document.querySelectorAll('ul.servers > li:not([hidden])').length";
const shown = (page: Page): Promise<number> => page.locator('ul.servers > li:visible').count();

test('a search by name and by what a tool is called leaves the right ones', { timeout }, async () => {
  const page = await opened('');
  const all = await shown(page);
  assert.ok(all >= 100, String(all));
  await page.keyboard.press('/');
  await page.keyboard.type('brave search');
  await page.waitForFunction(`${visible} < 10`);
  assert.ok(await page.locator('a[href="server/brave-search.html"]').isVisible());
  await page.keyboard.press('Escape');
  assert.equal(await shown(page), all);
  await page.keyboard.type('convert_time');
  await page.waitForFunction(`${visible} === 1`);
  assert.ok(await page.locator('a[href="server/time.html"]').isVisible());
});

test('filters narrow the list, say how many are left, and are in the address', { timeout }, async () => {
  const page = await opened('');
  const all = await shown(page);
  await page.getByLabel('no network').check();
  const without = await shown(page);
  assert.ok(without > 0 && without < all);
  assert.match(
    await page.locator('output').innerText(),
    new RegExp(`^${String(without)} of ${String(all)} servers$`),
  );
  await page.getByLabel('Runs on').selectOption('python');
  assert.ok((await shown(page)) < without);
  const again = await opened(new URL(page.url()).search);
  assert.equal(await shown(again), await shown(page));
});

test('the copy button copies the command', { timeout }, async () => {
  const page = await opened('server/time.html');
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'mcpcat install time');
});

test(
  'without scripts everything can be read, and no control is shown that does nothing',
  { timeout },
  async () => {
    const page = await opened('', { scripts: false });
    assert.ok((await shown(page)) >= 100);
    assert.equal(await page.locator('form').isVisible(), false);
    await page.locator('a[href="server/time.html"]').click();
    assert.match(await page.locator('h1').innerText(), /Time/);
  },
);

for (const path of ['', 'server/playwright.html', 'server/filesystem.html'])
  for (const dark of [false, true])
    test(
      `"${path || 'index'}" in ${dark ? 'dark' : 'light'}: 360 pixels are enough, and axe finds nothing serious`,
      { timeout },
      async () => {
        const page = await opened(path, { width: 360, dark });
        const wide = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(wide, 0, `${String(wide)} pixels too wide`);
        await page.evaluate(axe);
        const found = (await page.evaluate('axe.run()')) as {
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        };
        const serious = found.violations.filter(
          ({ impact }) => impact === 'serious' || impact === 'critical',
        );
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
          [],
        );
      },
    );

test('a page of another site can’t read it under a name of its own', { timeout }, async () => {
  const { status } = await fetch(url, { headers: { host: 'evil.example' } }).catch(() => ({ status: 0 }));
  // fetch of Node sets its own Host; the raw request is what counts.
  const { request } = await import('node:http');
  const raw = await new Promise<number>((resolve) => {
    request(url, { headers: { host: 'evil.example' } }, (response) =>
      resolve(response.statusCode ?? 0),
    ).end();
  });
  assert.equal(raw, 404);
  assert.ok(status === 200 || status === 404);
});

test('no page has put an error on the console', () => assert.deepEqual(problems, []));
