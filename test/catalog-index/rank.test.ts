import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rank, wordsOf, type Searched } from '../../src/catalog-index/rank.ts';

function server(
  name: string,
  description: string,
  tools: Readonly<Record<string, string>> = {},
): Searched<string> {
  return {
    item: name,
    fields: [
      [name, 8],
      [description, 3],
    ],
    parts: Object.entries(tools).map(([tool, says]) => [
      [tool, 3],
      [says, 1],
    ]),
  };
}

const all = [
  server('files', 'Reads and writes files.', {
    read_file: 'Reads one file',
    list_directory: 'Lists a folder',
  }),
  server('tracker', 'Issues of a project.', { createIssue: 'Creates an issue', list_issues: 'Lists issues' }),
  server('clock', 'Tells the time.', { now: 'The time in a zone' }),
  server('kitchen', 'Creates meals. Has no issue with time.', { cook: 'Cooks' }),
];

test('a tool that has the whole question counts more than words here and there', () => {
  assert.deepEqual(rank('create issues', all), ['tracker', 'kitchen']);
});

test('a name counts more than a description', () => {
  assert.equal(rank('clock', [...all, server('other', 'clock clock')])[0], 'clock');
});

test('words are the same in any form, case and writing', () => {
  assert.deepEqual(wordsOf('listIssues'), wordsOf('Listing issues.'));
  assert.deepEqual(wordsOf('queries'), wordsOf('query'));
  assert.deepEqual(wordsOf('Café_menu'), wordsOf('cafe menu'));
  assert.deepEqual(wordsOf('databases'), wordsOf('database'));
  assert.deepEqual(rank('READ FILES', all)[0], 'files');
});

test('the beginning of a word finds it, and so does one with a letter wrong', () => {
  assert.deepEqual(rank('track', all), ['tracker']);
  for (const typo of ['trakcer', 'tracke', 'trackerr', 'trecker'])
    assert.deepEqual(rank(typo, all), ['tracker'], typo);
});

test('each word has to be somewhere', () => {
  assert.deepEqual(rank('create submarine', all), []);
  assert.deepEqual(rank('  ', all), []);
  assert.deepEqual(rank('time', []), []);
});

test('equal ones keep their order', () => {
  const twins = [server('a', 'same words'), server('b', 'same words')];
  assert.deepEqual(rank('same', twins), ['a', 'b']);
});
