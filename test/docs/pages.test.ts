/** What the pages for people name is there: files they link to, scripts and commands they tell people to run. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';

const root = path.resolve(import.meta.dirname, '../..');
const pages = [...globSync('*.md', { cwd: root }), ...globSync('{docs,src}/**/*.md', { cwd: root })]
  .filter((file) => file !== 'docs/catalog.md')
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

test('every relative link leads to a file, and to a heading where it names one', () => {
  const broken = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !leadsSomewhere(file, target))
      .map((target) => `${file}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

/** Two branches that meet leave some twice: 19 lines of CHANGELOG.md stood in two releases. */
test('no line of a list and no row of a table stands twice on a page', () => {
  const twice = pages.flatMap(({ file, text }) => {
    const lines = text.split('\n').filter((line) => /^(?:- |\|).{60}/.test(line) && !/^[|\s:-]+$/.test(line));
    return lines.filter((line, at) => lines.indexOf(line) !== at).map((line) => `${file}: ${line}`);
  });
  assert.deepEqual(twice, []);
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const unknown = pages
    .filter(({ file }) => file !== 'CHANGELOG.md')
    .flatMap(({ file, text }) =>
      [...text.matchAll(/\bnpm run ([a-z:-]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !(name in scripts))
        .map((name) => `${file}: npm run ${name}`),
    );
  assert.deepEqual(unknown, []);
});

test('every command that README and docs/commands.md name exists', () => {
  const names = new Set(commands.map(({ name }) => name));
  const unknown = pages
    .filter(({ file }) => file === 'README.md' || file === 'docs/commands.md')
    .flatMap(({ text }) => [...text.matchAll(/^mcpcat ([a-z]+)(?=.* {2}\S)|`(?:npx )?mcpcat ([a-z]+)/gm)])
    .map(([, plain, quoted]) => plain ?? quoted ?? '')
    .filter((name) => !names.has(name));
  assert.deepEqual(unknown, []);
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', heading] = target.split('#');
  const at = file === '' ? path.join(root, from) : path.resolve(root, path.dirname(from), file);
  if (!existsSync(at)) return false;
  return heading === undefined || headingsOf(readFileSync(at, 'utf8')).includes(heading);
}

/** As GitHub makes them: lower case, no punctuation, hyphens for spaces. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
