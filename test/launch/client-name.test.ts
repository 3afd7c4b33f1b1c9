import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { clientName, programName } from '../../src/launch/client-name.ts';
import { machineOf, statLine } from '../host/rig.ts';

/** Command lines of parents, nearest first, as pids 100, 101, … */
function named(lines: readonly (readonly string[])[], env: Record<string, string> = {}): string {
  const files = Object.fromEntries(
    lines.flatMap((words, at) => [
      [`/proc/${String(100 + at)}/cmdline`, `${words.join('\0')}\0`],
      [`/proc/${String(100 + at)}/stat`, statLine({ pid: 100 + at, name: 'MainThread', parent: 101 + at })],
    ]),
  );
  return clientName(linuxHost(machineOf({ files })), { env, parent: 100 });
}

const lines: readonly (readonly [line: readonly string[], name: string])[] = [
  [['claude'], 'claude'],
  [['/usr/local/bin/codex', 'exec', '--token=x'], 'codex'],
  [['node', '/usr/lib/node_modules/@google/gemini-cli/dist/index.js', '-p', 'secret'], 'gemini-cli'],
  [
    ['/usr/bin/node', '--no-warnings', '-r', './hook.cjs', '/usr/lib/node_modules/cline/dist/cli.mjs'],
    'cline',
  ],
  [['node', '/home/ada/.nvm/bin/qwen', '-p'], 'qwen'],
  [['node', '/srv/my-agent/src/main.ts'], 'my-agent'],
  [['bun', 'run', '/opt/x/opencode.ts'], 'bun'],
  [['python3.11', '-m', 'fastmcp.cli', 'run'], 'fastmcp.cli'],
  [['python3', '/home/ada/bot.py', 'key=secret'], 'bot'],
  [['node', '-e', 'require("secret")'], 'node'],
  [['python3', '-c', 'import secret'], 'python3'],
  [['C:\\Program Files\\Claude\\Claude.exe', '--type=utility'], 'Claude'],
  [['/Applications/Cursor.app/Contents/MacOS/Cursor Helper (Plugin)', '--type=x'], 'Cursor Helper (Plugin)'],
];

test('a program is named by its script, module or package, and nothing of its arguments is told', () => {
  for (const [line, name] of lines) assert.equal(programName(line), name, line.join(' '));
});

test('shells and npx stand between a client and its server', () => {
  const client = ['node', '/usr/lib/node_modules/@github/copilot/index.js'];
  assert.equal(named([client]), 'copilot');
  assert.equal(named([['sh', '-c', 'mcpcat run x'], client]), 'copilot');
  assert.equal(named([['sh', '-c', 'x'], ['npm', 'exec', 'mcpcat'], client]), 'copilot');
  assert.equal(named([['-bash']]), 'bash', 'started by hand');
});

test('where the command line says nothing, the client’s own variables do', () => {
  assert.equal(named([['node']], { CLAUDECODE: '1' }), 'claude');
  assert.equal(named([], { GEMINI_CLI: '1' }), 'gemini');
  assert.equal(named([['node']]), 'node');
  assert.equal(named([]), '');
  // Started from a shell inside another client: the nearest one is meant.
  assert.equal(named([['/usr/bin/codex']], { CLAUDECODE: '1' }), 'codex');
});

test('a name is one line of printable characters, whatever the file is called', () => {
  assert.equal(named([['/tmp/a\u001b[31m\u202eb\nc']]), 'a31mbc');
  assert.equal(named([[`/tmp/${'x'.repeat(200)}`]]).length, 40);
});
