import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { clientFile } from '../../src/clients/client-files.ts';
import { knownClients } from '../../src/clients/known-clients.ts';
import { putServer, readServers } from '../../src/clients/text/edit.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { planInstall, planUninstall } from '../../src/install/plan.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-plan-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const start = { command: '/opt/mcpcat/bin/mcpcat', args: ['run', 'time'], env: {} };

const choices: readonly (readonly [id: string, old: object, kept: object])[] = [
  [
    'goose',
    { cmd: 'npx', name: 'Time', enabled: false, timeout: 300 },
    { name: 'Time', enabled: false, timeout: 300 },
  ],
  ['cline', { command: 'npx', disabled: true }, { disabled: true }],
  ['copilot-cli', { command: 'npx', tools: ['now'] }, { tools: ['now'], timeout: 120_000 }],
  [
    'codex',
    { command: 'npx', required: false, startup_timeout_sec: 20 },
    { required: false, startup_timeout_sec: 120 },
  ],
  // What it starts is no choice: an older form of that goes.
  ['cline-cli', { transport: { type: 'stdio', command: 'npx' } }, { transport: undefined }],
  [
    'zed',
    { source: 'custom', command: { path: 'npx', args: [] } },
    { source: 'custom', command: start.command },
  ],
];

for (const [id, old, kept] of choices)
  test(`${id}: what a person has chosen of a server stays when it is adopted`, async () => {
    const client = knownClients.find((one) => one.id === id);
    assert.ok(client !== undefined);
    const { format, place } = client;
    const home = mkdtempSync(path.join(folder, 'home-'));
    const around = { host: hostOf(thisMachine()), env: { HOME: home }, cwd: home, exists: () => false };
    const file = clientFile(client, 'user', around);
    assert.ok(file !== undefined);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, putServer(format, { text: '', place }, { name: 'time', entry: { ...old } }));
    const target = { client, scope: 'user', around } as const;
    const { after: text } = await planInstall(target, [{ name: 'time', start, replaces: true }]);
    const entry = readServers(format, text, place).get('time');
    assert.ok(typeof entry === 'object' && entry !== null);
    const found = Object.keys(kept).map((key): [string, unknown] => [key, Reflect.get(entry, key)]);
    assert.deepEqual(Object.fromEntries(found), kept);
  });

test('a server for one folder goes beside that folder’s others, and out again', async () => {
  const client = knownClients.find(({ id }) => id === 'claude-code');
  assert.ok(client !== undefined);
  const home = mkdtempSync(path.join(folder, 'home-'));
  const cwd = '/work/one.project';
  const around = { host: hostOf(thisMachine()), env: { HOME: home }, cwd, exists: () => false };
  const before = `{\n  "mcpServers": {"time": {"command": "npx"}},\n  "projects": {\n    "${cwd}": {"trusted": true}\n  }\n}\n`;
  writeFileSync(path.join(home, '.claude.json'), before);
  const target = { client, scope: 'local', around } as const;
  const { file, after: text } = await planInstall(target, [{ name: 'time', start }]);
  const written = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual(written['mcpServers'], { time: { command: 'npx' } });
  assert.deepEqual(written['projects'], {
    [cwd]: {
      trusted: true,
      mcpServers: { time: { type: 'stdio', command: start.command, args: start.args } },
    },
  });
  writeFileSync(file, text);
  const taken = await planUninstall(target, ['time']);
  assert.deepEqual(JSON.parse(taken.after), {
    mcpServers: { time: { command: 'npx' } },
    projects: { [cwd]: { trusted: true, mcpServers: {} } },
  });
});
