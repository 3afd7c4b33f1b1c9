// Runs the server once while the image is built, so that V8's compile cache is in the image: a start with it is
// 14–18 % shorter. That it runs is not checked here: mcpcat test does that, in the sandbox.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { words, env } = JSON.parse(readFileSync('/build/warm.json', 'utf8'));
const hello = [
  { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'mcpcat', version: '1' } } },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list', params: {} },
];
const { status, signal } = spawnSync(words[0], ['--hash-seed=1', '--import', '/build/flush.mjs', ...words.slice(1)], {
  env: { PATH: process.env.PATH, HOME: '/tmp', ...env },
  input: hello.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join(''),
  timeout: 15_000,
  killSignal: 'SIGKILL',
  stdio: ['pipe', 'ignore', 'ignore'],
});
console.log(`compile cache warmed (the server ended with ${signal ?? status})`);
