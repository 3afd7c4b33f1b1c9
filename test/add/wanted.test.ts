import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantedOf } from '../../src/add/wanted.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const understood: readonly (readonly [line: string, source: string, args?: string, command?: string])[] = [
  ['npm:@brave/brave-search-mcp-server', 'npm:@brave/brave-search-mcp-server'],
  ['npm:left-pad@^1.3', 'npm:left-pad@^1.3'],
  ['npx -y @scope/pkg', 'npm:@scope/pkg'],
  ['npx --yes @scope/pkg@latest --stdio', 'npm:@scope/pkg', '--stdio'],
  ['npx -y pkg@1.2.3 /data', 'npm:pkg@1.2.3', '/data'],
  ['npx -p @scope/tools scope-mcp serve', 'npm:@scope/tools', 'serve', 'scope-mcp'],
  ['npx --package=@scope/tools scope-mcp', 'npm:@scope/tools', '', 'scope-mcp'],
  ['pnpm dlx pkg mcp', 'npm:pkg', 'mcp'],
  ['bunx pkg', 'npm:pkg'],
  ['npm install -g pkg', 'npm:pkg'],
  [
    'uvx mcp-server-time --local-timezone=Europe/Berlin',
    'pypi:mcp-server-time',
    '--local-timezone=Europe/Berlin',
  ],
  ['uvx some-mcp@latest', 'pypi:some-mcp'],
  ['uvx some-mcp@1.2', 'pypi:some-mcp@==1.2'],
  ['uvx --from some-package some-mcp stdio', 'pypi:some-package', 'stdio', 'some-mcp'],
  ['uvx some-mcp[all]', 'pypi:some-mcp'],
  ['pip install some-mcp==2.0', 'pypi:some-mcp@==2.0'],
  ['go install github.com/owner/repo/cmd/x@latest', 'go:github.com/owner/repo/cmd/x'],
  ['claude mcp add thing -e API_KEY=abc -- npx -y pkg', 'npm:pkg'],
  ['https://www.npmjs.com/package/@scope/pkg', 'npm:@scope/pkg'],
  ['https://pypi.org/project/some-mcp/', 'pypi:some-mcp'],
  ['@scope/pkg', 'npm:@scope/pkg'],
];

for (const [line, source, args = '', command] of understood)
  test(`"${line}" means ${source}`, () => {
    for (const words of [[line], line.split(' ')]) {
      const found = wantedOf(words);
      assert.equal(found.source, source);
      assert.equal(found.args.join(' '), args);
      assert.equal(found.command, command);
    }
  });

test('settings in front of a line and of claude mcp add are examples', () => {
  assert.deepEqual(wantedOf(['API_KEY=abc', 'npx', '-y', 'pkg']).env, { API_KEY: 'abc' });
  assert.deepEqual(wantedOf(['claude mcp add x --env A_KEY=1 -- uvx pkg']).env, { A_KEY: '1' });
});

for (const [line, hint] of [
  ['some-mcp', /npm:some-mcp or pypi:some-mcp/],
  ['docker run -i --rm image', /images of its own/],
  ['https://github.com/owner/repo', /npm:NAME, pypi:NAME, or go:/],
  ['npx -y', /is understood too/],
  ['', /is understood too/],
] as const)
  test(`"${line}" is wrong usage that says what to write`, () => {
    assert.throws(
      () => wantedOf([line]),
      (error) => error instanceof McpcatError && error.code === 'usage' && hint.test(error.hint ?? ''),
    );
  });
