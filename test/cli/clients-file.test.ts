import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';

const project = path.resolve(import.meta.dirname, '../..');

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
    execFileSync(process.execPath, words, { env: { HOME: home }, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    stdout = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
  assert.equal(here.code, 1);
  assert.match(stdout, /"name": "a"[\s\S]*/);
  assert.deepEqual(JSON.parse(stdout), JSON.parse(here.stdout));
  for (const name of ['a', 'b', 'c']) assert.match(stdout, new RegExp(`"name": "${name}"`));
});
