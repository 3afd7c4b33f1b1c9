import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientEntry, startOfEntry } from '../../src/clients/client-entry.ts';
import { clientFile } from '../../src/clients/client-files.ts';
import { knownClients } from '../../src/clients/known-clients.ts';
import { putServer, readServers, removeServer } from '../../src/clients/text/edit.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { machineOf } from '../host/rig.ts';

const start = {
  command: '/home/ada/.local/share/mcpcat/bin/mcpcat',
  args: ['run', 'time'],
  env: { TZ: 'UTC' },
};

test('there are at least 25 clients, each with an id of its own', () => {
  const ids = knownClients.map(({ id }) => id);
  assert.ok(ids.length >= 25, String(ids.length));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[a-z][a-z0-9-]*$/);
});

test('a client that somebody has run says which version it was', () => {
  for (const { id, proof, version } of knownClients) assert.equal(version !== undefined, proof === 'run', id);
});

for (const client of knownClients) {
  test(`${client.title}: an entry goes into an empty file, is read as it was meant, and comes out`, () => {
    const { format, place } = client;
    const server = clientEntry(client, 'time', start);
    const text = putServer(format, { text: '', place }, server);
    assert.deepEqual([...readServers(format, text, place).keys()], ['time']);
    assert.deepEqual(startOfEntry(client, readServers(format, text, place).get('time')), start);
    assert.equal(readServers(format, removeServer(format, { text, place }, 'time'), place).size, 0);
  });

  test(`${client.title}: its files are absolute on every system that it is there on`, () => {
    const machines = {
      linux: machineOf({ platform: 'linux' }),
      darwin: machineOf({ platform: 'darwin', accountHome: () => '/Users/ada' }),
      windows: machineOf({ platform: 'win32', user: undefined, accountHome: () => String.raw`C:\Users\ada` }),
    };
    for (const [system, machine] of Object.entries(machines)) {
      const host = hostOf(machine);
      const cwd = system === 'windows' ? String.raw`C:\work` : '/work';
      for (const scope of ['user', 'project'] as const) {
        const file = clientFile(client, scope, { host, env: {}, cwd, exists: () => false });
        if (file !== undefined) assert.ok(host.path.isAbsolute(file), file);
      }
    }
  });
}

const byId = (id: string): (typeof knownClients)[number] => {
  const found = knownClients.find((client) => client.id === id);
  assert.ok(found !== undefined);
  return found;
};

test('files lie where each client looks for them', () => {
  const linux = { host: hostOf(machineOf({})), cwd: '/work', exists: () => false };
  assert.equal(clientFile(byId('codex'), 'user', { ...linux, env: {} }), '/home/ada/.codex/config.toml');
  assert.equal(
    clientFile(byId('codex'), 'user', { ...linux, env: { CODEX_HOME: '/srv/codex' } }),
    '/srv/codex/config.toml',
  );
  // A relative one is none: the client would look below whatever folder it is started in.
  assert.equal(
    clientFile(byId('codex'), 'user', { ...linux, env: { CODEX_HOME: 'codex' } }),
    '/home/ada/.codex/config.toml',
  );
  assert.equal(
    clientFile(byId('vscode'), 'user', { ...linux, env: { XDG_CONFIG_HOME: '/cfg' } }),
    '/cfg/Code/User/mcp.json',
  );
  assert.equal(clientFile(byId('claude-code'), 'project', { ...linux, env: {} }), '/work/.mcp.json');
  const mac = {
    host: hostOf(machineOf({ platform: 'darwin', accountHome: () => '/Users/ada' })),
    cwd: '/work',
    env: {},
    exists: () => false,
  };
  assert.equal(
    clientFile(byId('claude-desktop'), 'user', mac),
    '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
  );
  const windows = {
    host: hostOf(
      machineOf({ platform: 'win32', user: undefined, accountHome: () => String.raw`C:\Users\ada` }),
    ),
    cwd: String.raw`C:\work`,
    env: { APPDATA: String.raw`D:\Roaming` },
    exists: () => false,
  };
  assert.equal(
    clientFile(byId('claude-desktop'), 'user', windows),
    String.raw`D:\Roaming\Claude\claude_desktop_config.json`,
  );
});

test('a file under another name of the client’s is taken before a new one is made', () => {
  const around = { host: hostOf(machineOf({})), env: {}, cwd: '/work' };
  const jsonc = '/home/ada/.config/opencode/opencode.jsonc';
  assert.equal(clientFile(byId('opencode'), 'user', { ...around, exists: (file) => file === jsonc }), jsonc);
});

test('who has XDG_CONFIG_HOME set finds the files of those clients there that look there', () => {
  const around = { host: hostOf(machineOf({})), env: { XDG_CONFIG_HOME: '/cfg' }, cwd: '/work' };
  const none = { ...around, exists: () => false };
  for (const [id, file] of [
    ['opencode', '/cfg/opencode/opencode.json'],
    ['kilo-cli', '/cfg/kilo/kilo.json'],
    ['amp', '/cfg/amp/settings.json'],
    ['mcporter', '/cfg/mcporter/mcporter.json'],
    ['zed', '/cfg/zed/settings.json'],
    ['gemini-cli', '/home/ada/.gemini/settings.json'],
  ] as const)
    assert.equal(clientFile(byId(id), 'user', none), file);
  // A new file in there would hide the old one from mcporter.
  const old = '/home/ada/.mcporter/mcporter.json';
  assert.equal(clientFile(byId('mcporter'), 'user', { ...around, exists: (file) => file === old }), old);
});

const servers = { command: 'npx', args: ['-y', 'some-server'], env: { KEY: 'x' } };
for (const [title, id, old] of [
  ['Cline CLI’s own, one level deeper', 'cline-cli', { transport: { type: 'stdio', ...servers } }],
  [
    'Zed’s older one',
    'zed',
    { source: 'custom', command: { path: 'npx', args: servers.args, env: servers.env } },
  ],
] as const)
  test(`the form of an entry is read: ${title}`, () => {
    assert.deepEqual(startOfEntry(byId(id), old), servers);
  });

const dollar = { ...start, args: ['run', 'x', '--mount', 'data=/srv/$HOME'] };

for (const [id, refused] of [
  ['gemini-cli', true],
  ['qwen-code', true],
  ['copilot-cli', true],
  ['codex', false],
  ['claude-code', false],
] as const)
  test(`${id}: a path with a dollar is ${refused ? 'refused, because the client would change it' : 'written as it is'}`, () => {
    const make = (): unknown => clientEntry(byId(id), 'x', dollar);
    if (!refused) return assert.doesNotThrow(make);
    assert.throws(
      make,
      (error: unknown) =>
        error instanceof McpcatError &&
        error.code === 'entry-refused' &&
        /an argument, which holds "\$H/.test(error.message),
    );
  });
