import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/**
 * The npm name `mcpcat` is another company's, so no text of ours may have people or machines fetch it. In a checkout
 * there is one form: `node bin/mcpcat.js`. Not npx, which asks the registry where it finds no such program.
 */
const project = path.resolve(import.meta.dirname, '../..');
const places = [
  '*.md',
  'package.json',
  '.github/**/*.{md,yml}',
  '{src,scripts,bench,docs,templates,bin}/**/*.{ts,js,mjs,md,yaml,sh,json}',
  'catalog/*.md',
  'catalog/*/server.yaml',
  'test/cli/*.txt',
];
const fetches =
  /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun)\s+(?:i|install|exec|x|dlx|add|create|init))\b(?:\s+-{1,2}[\w-]+(?:=\S+)?)*\s+(?:--\s+)?["']?mcpcat(?![\w/-])/;

test('no text has anybody fetch the npm package of our name', () => {
  const files = places.flatMap((place) => globSync(place, { cwd: project }));
  assert.ok(files.length > 500, String(files.length));
  const found = files.flatMap((file) =>
    readFileSync(path.join(project, file), 'utf8')
      .split('\n')
      .filter((line) => fetches.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  assert.deepEqual(found, []);
});

for (const line of [
  'npx mcpcat list',
  'npx -y mcpcat run time',
  'npx --no-install mcpcat',
  'npm install -g mcpcat',
  'npm exec --yes -- mcpcat doctor',
  'pnpm dlx mcpcat@latest',
  'bunx mcpcat',
])
  test(`"${line}" would be found`, () => assert.match(line, fetches));

for (const line of [
  'npm link',
  'node bin/mcpcat.js list',
  'npx -y mcpcat-something',
  'mcpcat add npx -y @scope/server',
])
  test(`"${line}" is no fetch of it`, () => assert.doesNotMatch(line, fetches));

test('the package has a scoped name of ours and is private until it exists there', () => {
  const text = readFileSync(path.join(project, 'package.json'), 'utf8');
  const { name, private: kept, bin } = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual([name, kept, bin], ['@mcpcat-run/cli', true, { mcpcat: 'bin/mcpcat.js' }]);
  const lock = readFileSync(path.join(project, 'package-lock.json'), 'utf8');
  assert.equal((JSON.parse(lock) as Record<string, unknown>)['name'], name);
});
