import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { project } from '../rig/engine.ts';

const ours = '/home/ada/.local/share/mcpcat/bin/mcpcat';
const files = {
  '.cursor/mcp.json': `{\r\n\t// mine\r\n\t"mcpServers": {"a": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-sequential-thinking"]},\r\n\t"time": {"command": "${ours}", "args": ["run", "time"]}}\r\n}`,
  '.codex/config.toml': '[mcp_servers.t] # x\ncommand = "uvx"\nargs = ["mcp-server-time"]\n',
};
const ctrlC = '\u0003';

/** Every file below a folder with its bytes; what may be made anew at any time is none. */
function bytesOf(folder: string): ReadonlyMap<string, string> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Map(
    found
      .filter(({ parentPath }) => !parentPath.includes('.cache'))
      .map(({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(folder, file), readFileSync(file, 'latin1')];
      }),
  );
}

/** At a terminal of its own (util-linux): what is written to it is typed there, each answer at the next question. */
function typed(
  home: string,
  words: readonly string[],
  answers: readonly string[],
): Promise<{ readonly code: unknown; readonly said: string }> {
  const line = [process.execPath, path.join(project, 'bin/mcpcat.js'), ...words]
    .map((word) => `'${word}'`)
    .join(' ');
  const env = { ...process.env, HOME: home };
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: home, env, stdio: 'pipe' });
  let said = '';
  let asked = 0;
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    const questions = said.match(/\[y\/N\] |BRAVE_API_KEY[^\n]*: /g)?.length ?? 0;
    for (; asked < questions; asked += 1) terminal.stdin.write(answers[asked] ?? '');
  });
  return new Promise((resolve) => terminal.on('close', (code) => resolve({ code, said })));
}

const prompts: readonly (readonly [title: string, words: readonly string[], answers: readonly string[]])[] = [
  ['which server to adopt', ['adopt'], [ctrlC]],
  ['which server to adopt, after a yes', ['adopt'], ['y\r', ctrlC]],
  ['whether to write', ['uninstall', 'time', '--client', 'cursor'], [ctrlC]],
  ['for a secret', ['secret', 'set', 'brave-search', 'BRAVE_API_KEY'], [ctrlC]],
];

for (const [title, words, answers] of prompts)
  test(
    `Ctrl-C where it is asked ${title} changes nothing and ends with 130`,
    { skip: process.platform !== 'linux' },
    async (t) => {
      const home = temporaryFolder(t, files);
      const before = bytesOf(home);
      const { code, said } = await typed(home, words, answers);
      assert.equal(code, 130, said);
      assert.match(said, /mcpcat: nothing was changed/);
      assert.deepEqual(bytesOf(home), before);
    },
  );
