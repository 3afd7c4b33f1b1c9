// Starts mcpcat, which starts the server in its sandbox; https://github.com/mcpcat-run/mcpcat
// A part of bundles for desktop clients (src/export/mcpb.ts). A client with a window has no useful PATH: first where
// `mcpcat install` puts its command.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');

const data = process.platform === 'darwin' ? 'Library/Application Support/mcpcat' : '.local/share/mcpcat';
const installed = path.join(homedir(), data, 'bin/mcpcat');
const command = existsSync(installed) ? installed : 'mcpcat';
const child = spawn(command, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error('mcpcat: ' + error.message + ': install it, then run: mcpcat install');
  process.exitCode = 3;
});
child.on('exit', (code) => process.exit(code === null ? 3 : code));
