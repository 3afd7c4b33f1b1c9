/**
 * `mcpcat clients` against `add-mcp list -g`, in turn: `npm run bench:clients -- [ROUNDS]`. The same home for both, made
 * here, with seven clients and their servers; ADD_MCP names a folder whose node_modules has add-mcp, which is fetched
 * from npm otherwise. Pairs, because a busy machine slows both alike; also in time of processors.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npmInstall } from '../test/rig/npm-install.ts';
import { median } from './quantile.ts';
import { spentByScript, type Spent } from './spent.ts';

const addMcp = 'add-mcp@2.4.0';
const rounds = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-bench-clients-'));
const project = path.resolve(import.meta.dirname, '..');

const entries = Object.fromEntries(
  ['files', 'brave', 'github', 'memory', 'time'].map((name) => [
    name,
    { command: 'npx', args: ['-y', `@scope/server-${name}`], env: { KEY: 'x' } },
  ]),
);
const json = JSON.stringify({ mcpServers: entries }, undefined, 2);
const files: Readonly<Record<string, string>> = {
  '.cursor/mcp.json': json,
  '.claude.json': json,
  '.gemini/settings.json': json,
  '.copilot/mcp-config.json': json,
  '.config/Claude/claude_desktop_config.json': json,
  '.config/Code/User/mcp.json': JSON.stringify({ servers: entries }, undefined, 2),
  '.codex/config.toml': Object.keys(entries)
    .map((name) => `[mcp_servers.${name}]\ncommand = "npx"\nargs = ["-y", "@scope/server-${name}"]\n`)
    .join('\n'),
};

function home(): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function peer(): string {
  const given = process.env['ADD_MCP'];
  if (given === undefined) npmInstall(folder, [addMcp]);
  return realpathSync(path.join(given ?? folder, 'node_modules/.bin/add-mcp'));
}

function timed(words: readonly string[], env: Readonly<Record<string, string>>): Spent {
  return spentByScript(words, { env, cwd: folder, codes: [0] });
}

try {
  const env = { HOME: home(), PATH: process.env['PATH'] ?? '', NO_COLOR: '1' };
  const ours = [path.join(project, 'bin/mcpcat.js'), 'clients'];
  const theirs = [peer(), 'list', '-g'];
  timed(ours, env);
  timed(theirs, env);
  const pairs = Array.from({ length: rounds }, () => ({
    ours: timed(ours, env),
    theirs: timed(theirs, env),
  }));
  for (const [what, of] of [
    ['by the clock', ({ wall }: Spent): number => wall],
    ['of processors', ({ cpu }: Spent): number => cpu],
  ] as const) {
    const ms = (spent: readonly Spent[]): string => `${(median(spent.map(of)) * 1000).toFixed(0)} ms`;
    const mine = ms(pairs.map((pair) => pair.ours));
    const other = ms(pairs.map((pair) => pair.theirs));
    const ratio = median(pairs.map((pair) => of(pair.ours) / of(pair.theirs)));
    console.log(
      `${what}: mcpcat clients ${mine}, ${addMcp} list -g ${other}; median of ${String(rounds)} ratios ${ratio.toFixed(2)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
