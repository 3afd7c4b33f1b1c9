import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource } from '../../src/catalog/source.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const sound: Readonly<Record<string, readonly [kind: string, name: string, range: string | undefined]>> = {
  'npm:left-pad': ['npm', 'left-pad', undefined],
  'npm:@brave/brave-search-mcp-server': ['npm', '@brave/brave-search-mcp-server', undefined],
  'npm:@scope/name@^1.2.3': ['npm', '@scope/name', '^1.2.3'],
  'npm:left-pad@latest': ['npm', 'left-pad', 'latest'],
  'pypi:mcp-server-time': ['pypi', 'mcp-server-time', undefined],
  'pypi:mcp_server.time@>=1.0,<2': ['pypi', 'mcp_server.time', '>=1.0,<2'],
  'go:github.com/github/github-mcp-server/cmd/github-mcp-server@v1.2.3': [
    'go',
    'github.com/github/github-mcp-server/cmd/github-mcp-server',
    'v1.2.3',
  ],
};

for (const [text, [kind, name, range]] of Object.entries(sound)) {
  test(`${text} is a source`, () => {
    assert.deepEqual(parseSource(text), { kind, name, range });
  });
}

const refused = [
  'left-pad',
  'npm:',
  'npm:../../etc/passwd',
  'npm:UPPER',
  'npm:a b',
  'npm:@scope',
  'npm:a/b/c',
  'npm:git+https://example.com/x.git',
  'npm:x@https://example.com/x.tgz',
  'npm:x@file:../x',
  'npm:x@',
  'pypi:-e',
  'pypi:x@ git+https://example.com',
  'pypi:x@1;os_name',
  'go:localhost/x',
  'go:example.com',
  'go:example.com/../x',
  'go:example.com/x@$(id)',
  'oci:alpine',
  'git:https://example.com/x.git',
];

for (const text of refused) {
  test(`${text} is refused as a source and repeated in the message`, () => {
    assert.throws(
      () => parseSource(text),
      (error: unknown) =>
        error instanceof McpcatError &&
        error.code === 'entry-invalid' &&
        error.message.startsWith('source: '),
    );
  });
}
