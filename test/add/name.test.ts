import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, otherNames, titleOf } from '../../src/add/name.ts';
import { parseSource } from '../../src/catalog/source.ts';

const names: Readonly<Record<string, string>> = {
  'npm:@brave/brave-search-mcp-server': 'brave-search',
  'npm:@modelcontextprotocol/server-filesystem': 'filesystem',
  'npm:@delorenj/mcp-server-trello': 'trello',
  'npm:@eslint/mcp': 'eslint',
  'npm:@heroku/mcp-server': 'heroku',
  'npm:@shopify/dev-mcp': 'shopify-dev',
  'npm:minimax-mcp-js': 'minimax',
  'npm:mcp-server-sqlite-npx': 'sqlite',
  'npm:tailwindcss-mcp-server': 'tailwindcss',
  'pypi:mcp-server-time': 'time',
  'pypi:awslabs.aws-documentation-mcp-server': 'aws-documentation',
  'pypi:mcp-for-blender': 'blender',
  'pypi:Some_Thing.MCP': 'some-thing',
  'go:github.com/github/github-mcp-server/cmd/github-mcp-server': 'github',
  'go:github.com/grafana/mcp-grafana/cmd/mcp-grafana': 'grafana',
  'go:github.com/StacklokLabs/osv-mcp/cmd/server': 'osv',
  'go:github.com/owner/repo/v2': 'repo',
};

for (const [source, name] of Object.entries(names))
  test(`${source} is called ${name}`, () => assert.equal(nameOf(parseSource(source)), name));

test('a taken name gets its owner in front or its kind behind', () => {
  assert.deepEqual(otherNames(parseSource('npm:@delorenj/mcp-server-trello')), [
    'delorenj-trello',
    'trello-npm',
  ]);
  assert.deepEqual(otherNames(parseSource('pypi:mcp-server-time')), ['time-pypi']);
});

test('titles have the spelling of their owners', () => {
  assert.equal(titleOf('brave-search'), 'Brave Search');
  assert.equal(titleOf('github-api'), 'GitHub API');
});
