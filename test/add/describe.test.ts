import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoriesOf } from '../../src/add/categories.ts';
import { describe } from '../../src/add/describe.ts';

const about = { readme: '', name: 'thing' };
for (const [upstream, own] of [
  [
    'An MCP server for Trello boards, powered by Bun for maximum performance.',
    'Trello boards, powered by Bun for maximum performance.',
  ],
  ['A Model Context Protocol (MCP) server that provides access to Jira', 'Provides access to Jira.'],
  ['MCP server for **querying** [databases](https://x.example.com). Fast! And more.', 'Querying databases.'],
  ['🚀 The official MCP Server for Ark UI', 'Tools for Ark UI.'],
  [
    'A secure and scalable Git MCP server enabling AI agents to perform Git version control operations via STDIO.',
    'Perform Git version control operations via STDIO.',
  ],
  ['An MCP server providing tools to read PDF files.', 'Tools to read PDF files.'],
  ['CLI and MCP server for DataForSEO API — browse it', 'DataForSEO API — browse it.'],
  ['Metabase', 'Metabase.'],
  ['Unofficial MCP server and CLI for TradingView stock screener API', 'TradingView stock screener API.'],
  ['A DuckDB MCP server', 'A DuckDB MCP server.'],
  ['My own MCP server with a twist', 'My own MCP server with a twist.'],
  ['Reads, writes and searches files', 'Reads, writes and searches files.'],
] as const)
  test(`"${upstream}" becomes "${own}"`, () => assert.equal(describe(upstream, about), own));

test('without a description the first paragraph of the README speaks, else the name', () => {
  const readme = '# Thing\n\n[![badge](x)](y)\n\nThing keeps notes for you in one small file. It is fast.\n';
  assert.equal(describe('', { readme, name: 'thing' }), 'Thing keeps notes for you in one small file.');
  assert.equal(describe('', { readme: '', name: 'some-api' }), 'Some API.');
});

test('where the description is only a name, the README says more if it can', () => {
  const readme =
    '# Thing\n\nPlease install Node first, it is needed.\n\nThing keeps notes in one small file.\n';
  assert.equal(
    describe('Thing MCP server', { readme, name: 'thing' }),
    'Thing keeps notes in one small file.',
  );
  assert.equal(
    describe('MCP server for Thing', { readme, name: 'thing' }),
    'Thing keeps notes in one small file.',
  );
  assert.equal(describe('Keeps notes', { readme, name: 'thing' }), 'Keeps notes.');
});

test('a long description ends at a clause', () => {
  const text = describe(`Reads mail, ${'very carefully '.repeat(20)}`, about);
  assert.ok(text.length <= 161, text);
  assert.match(text, /\.$/);
});

test('categories come from what a package says most', () => {
  assert.deepEqual(categoriesOf(['SQLite database', 'sql']), ['database']);
  assert.deepEqual(categoriesOf(['weather forecasts for any city']), ['weather']);
  assert.deepEqual(categoriesOf(['xyzzy']), ['utilities']);
});

test('what is said of every server makes no category', () => {
  assert.deepEqual(categoriesOf(['A Model Context Protocol server for flight tracking', 'mcp']), ['travel']);
  assert.deepEqual(categoriesOf(['Git server enabling AI agents to commit', 'claude code']), [
    'version-control',
  ]);
  assert.deepEqual(categoriesOf(['Weather forecasts', 'llm', 'ai agent', 'claude']), ['weather']);
  assert.deepEqual(categoriesOf(['Chat with Gemini models']), ['ai', 'communication']);
});
