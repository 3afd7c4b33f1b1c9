import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { foundServers } from '../../src/clients/client-servers.ts';
import { knownClients } from '../../src/clients/known-clients.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-servers-'));
after(() => rmSync(home, { recursive: true, force: true }));

const cursor = knownClients.find(({ id }) => id === 'cursor');

test('a server of the user is found once in the home folder, where the project has the same file', async () => {
  assert.ok(cursor !== undefined);
  mkdirSync(path.join(home, '.cursor'));
  writeFileSync(path.join(home, '.cursor/mcp.json'), '{"mcpServers": {"time": {"command": "npx"}}}');
  const around = { host: hostOf(thisMachine()), env: { HOME: home }, cwd: home, exists: existsSync };
  const names = async (cwd: string): Promise<unknown> =>
    (await foundServers(cursor, { ...around, cwd })).found.map(({ name, scope }) => [name, scope]);
  assert.deepEqual(await names(home), [['time', 'user']]);
  mkdirSync(path.join(home, 'work/.cursor'), { recursive: true });
  writeFileSync(path.join(home, 'work/.cursor/mcp.json'), '{"mcpServers": {"fetch": {"command": "uvx"}}}');
  assert.deepEqual(await names(path.join(home, 'work')), [
    ['time', 'user'],
    ['fetch', 'project'],
  ]);
});

test('what Claude Code keeps for one folder is found in that folder alone', async () => {
  const claude = knownClients.find(({ id }) => id === 'claude-code');
  assert.ok(claude !== undefined);
  const project = path.join(home, 'one.project');
  const servers = { local: { command: 'npx' } };
  writeFileSync(
    path.join(home, '.claude.json'),
    JSON.stringify({
      mcpServers: { own: { command: 'uvx' } },
      projects: { [project]: { mcpServers: servers } },
    }),
  );
  const around = { host: hostOf(thisMachine()), env: { HOME: home }, exists: existsSync };
  const found = async (cwd: string): Promise<unknown> =>
    (await foundServers(claude, { ...around, cwd })).found.map(({ name, scope }) => [name, scope]);
  assert.deepEqual(await found(project), [
    ['own', 'user'],
    ['local', 'local'],
  ]);
  assert.deepEqual(await found(home), [['own', 'user']]);
});
