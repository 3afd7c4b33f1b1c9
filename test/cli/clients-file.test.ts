import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { compiled } from '../rig/compiled.ts';
import { runHere } from '../rig/in-process.ts';

const project = path.resolve(import.meta.dirname, '../..');

test('a server at an address and a part of the client are told apart', async (t) => {
  const home = temporaryFolder(t, {
    '.config/goose/config.yaml':
      'extensions:\n  todo:\n    type: platform\n    bundled: true\n  notes:\n    type: streamable_http\n    uri: http://127.0.0.1:1/mcp\n',
  });
  const { stdout } = await runHere(['clients', '--json'], { HOME: home });
  const [goose] = JSON.parse(stdout) as { servers: { name: string; starts: string }[] }[];
  assert.deepEqual(
    goose?.servers.map(({ name, starts }) => [name, starts]),
    [
      ['todo', 'a part of the client'],
      ['notes', 'a server at an address'],
    ],
  );
});

test('the file of its own that clients is started from says of all formats what the command says', async (t) => {
  const home = temporaryFolder(t, {
    '.cursor/mcp.json': '// mine\n{"mcpServers": {"a": {"command": "npx", "args": ["-y", "x"]}}}',
    '.codex/config.toml': 'big = 9007199254740993\n[mcp_servers.b]\ncommand = "uvx"\n',
    '.config/goose/config.yaml': 'extensions:\n  c:\n    cmd: docker\n    type: stdio\n',
    '.gemini/settings.json': '{"mcpServers": ',
    '.vibe/config.toml': '[[mcp_servers]\n',
  });
  const here = await runHere(['clients', '--json'], { HOME: home });
  const words = [path.join(project, 'bin/mcpcat.js'), 'clients', '--json'];
  let stdout = '';
  try {
    execFileSync(process.execPath, words, {
      env: { HOME: home, ...compiled },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    stdout = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
  assert.equal(here.code, 1);
  assert.match(stdout, /"name": "a"[\s\S]*/);
  assert.deepEqual(JSON.parse(stdout), JSON.parse(here.stdout));
  for (const name of ['a', 'b', 'c']) assert.match(stdout, new RegExp(`"name": "${name}"`));
});
