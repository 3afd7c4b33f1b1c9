import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';

const cursor = '.cursor/mcp.json';
const claude = '.claude.json';

function ours(args: readonly string[], env: Readonly<Record<string, string>> = {}): object {
  return { command: '/x/mcpcat', args: ['run', ...args], env };
}

function servers(all: Readonly<Record<string, object>>): string {
  return JSON.stringify({ mcpServers: all });
}

interface File {
  readonly servers: readonly Readonly<Record<string, unknown>>[];
}

async function exported(home: string, ...words: readonly string[]): Promise<{ file: File; stderr: string }> {
  const { code, stdout, stderr } = await runHere(['config', 'export', ...words], { HOME: home });
  assert.equal(code, 0, stderr);
  return { file: JSON.parse(stdout) as File, stderr };
}

test('what a client starts is exported without secrets, paths below the home as ~', async (t) => {
  const home = temporaryFolder(t);
  const brave = ['brave-search', '--memory', '256m', '--allow', 'example.com', '--', '--x'];
  const text = servers({
    files: ours(['filesystem', '--mount', `data=${home}/notes:rw`, '--mount', 'data=/srv']),
    'brave-search': ours(brave, { BRAVE_API_KEY: 'hush-hush', DOCKER_HOST: 'unix:///x', WHAT: 'hush' }),
    theirs: { command: 'npx', args: ['-y', 'hush'] },
  });
  mkdirSync(path.join(home, '.cursor'));
  writeFileSync(path.join(home, cursor), text);
  const { file, stderr } = await exported(home);
  assert.deepEqual(file.servers, [
    { server: 'filesystem', name: 'files', mounts: { data: ['~/notes:rw', '/srv'] } },
    {
      server: 'brave-search',
      needs: ['BRAVE_API_KEY'],
      allow: ['example.com'],
      memory: '256m',
      args: ['--x'],
    },
  ]);
  assert.match(stderr, /not in it, to be set there: BRAVE_API_KEY of brave-search/);
  assert.match(stderr, /brave-search: not exported, since the entry has no such setting: WHAT/);
  assert.doesNotMatch(stderr, /hush/);
});

test('a stored secret is named, and a name exports one server alone', async (t) => {
  const home = temporaryFolder(t, {
    [cursor]: servers({ time: ours(['time']), 'brave-search': ours(['brave-search']) }),
  });
  const env = { HOME: home, BRAVE_API_KEY: 'hush' };
  await runHere(['secret', 'set', 'brave-search', 'BRAVE_API_KEY', '--from-env'], env);
  const { file } = await exported(home, 'brave-search');
  assert.deepEqual(file.servers, [{ server: 'brave-search', needs: ['BRAVE_API_KEY'] }]);
});

test('two clients that start a server in two ways are told apart by --client', async (t) => {
  const home = temporaryFolder(t, {
    [cursor]: servers({ time: ours(['time']) }),
    [claude]: servers({ time: ours(['time', '--memory', '1g']) }),
  });
  const { code, stderr } = await runHere(['config', 'export', 'time'], { HOME: home });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /Claude Code and Cursor start time in two ways|Cursor and Claude Code start time in two ways/,
  );
  const { file } = await exported(home, 'time', '--client', 'cursor');
  assert.deepEqual(file.servers, [{ server: 'time' }]);
});

test('what is not there, and what only this machine has, is said', async (t) => {
  const home = temporaryFolder(t, {
    [cursor]: servers({ time: ours(['time', '--catalog', '/srv/catalog']) }),
  });
  const none = await runHere(['config', 'export', 'git'], { HOME: home });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /no client here starts "git" by mcpcat/);
  const local = await runHere(['config', 'export'], { HOME: home });
  assert.equal(local.code, 2);
  assert.match(local.stderr, /time: left out: its catalog is a folder or file of this machine/);
});

async function imported(home: string, file: object, ...words: readonly string[]): ReturnType<typeof runHere> {
  const place = path.join(home, 'setup.json');
  writeFileSync(place, JSON.stringify({ format: 'mcpcat-config', version: 1, ...file }));
  return runHere(['config', 'import', place, '--dry-run', ...words], { HOME: home });
}

test('an import shows the exact change, with the paths of this home, and a dry run writes nothing', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}', 'notes/a.txt': '' });
  const setup = {
    server: 'filesystem',
    name: 'files',
    mounts: { data: '~/notes' },
    memory: '256m',
    allowLocal: [3000],
    denyNetwork: true,
  };
  const { code, stdout, stderr } = await imported(home, { servers: [setup] });
  assert.equal(code, 0, stderr);
  for (const word of [
    '"files"',
    '"filesystem"',
    `"data=${home}/notes"`,
    '"256m"',
    '"3000"',
    '"--deny-network"',
  ])
    assert.ok(stdout.includes(word), `${word} in ${stdout}`);
  assert.equal(readFileSync(path.join(home, cursor), 'utf8'), '{}');
});

test('what was exported and is imported elsewhere starts the same there', async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(path.join(home, '.cursor'));
  const words = ['--cpus', '2', '--mount', `data=${home}/notes`, '--', '--verbose'];
  writeFileSync(path.join(home, cursor), servers({ mine: ours(['filesystem', ...words]) }));
  const { file } = await exported(home);
  const elsewhere = temporaryFolder(t, { [cursor]: '{}', 'notes/a.txt': '' });
  const { code, stdout, stderr } = await imported(elsewhere, { servers: file.servers });
  assert.equal(code, 0, stderr);
  const lines = stdout.replaceAll(/[\s"+]/g, '');
  const expected = words.join(',').replace(home, elsewhere);
  assert.ok(lines.includes(`run,filesystem,${expected}`), lines);
});

test('secrets that nobody has stored here are named all at once, with what stores them', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const file = {
    servers: [
      { server: 'brave-search', needs: ['BRAVE_API_KEY'] },
      { server: 'github', needs: ['GITHUB_PERSONAL_ACCESS_TOKEN'] },
    ],
  };
  const { code, stderr } = await imported(home, file);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /mcpcat secret set brave-search BRAVE_API_KEY\n {2}mcpcat secret set github GITHUB_PERSONAL_ACCESS_TOKEN\n/,
  );
});

test('a folder that is not here is refused, and another one can be given', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}', 'other/a.txt': '' });
  const file = { servers: [{ server: 'filesystem', mounts: { data: '~/notes' } }, { server: 'time' }] };
  assert.match((await imported(home, file)).stderr, /mount data: .*notes/);
  const both = await imported(home, file, '--mount', `data=${home}/other`);
  assert.match(both.stderr, /--mount: expected one server, found 2\nhint: --server NAME/);
  const one = await imported(home, file, '--mount', `data=${home}/other`, '--server', 'filesystem');
  assert.equal(one.code, 0, one.stderr);
  assert.ok(one.stdout.includes(`"data=${home}/other"`));
  assert.ok(!one.stdout.includes('"time"'));
});

test('what the catalog does not have is refused before anything is shown', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const server = await imported(home, { servers: [{ server: 'no-such-server' }] });
  assert.equal(server.code, 2);
  const setting = await imported(home, { servers: [{ server: 'time', settings: { NO_SUCH: 'x' } }] });
  assert.match(setting.stderr, /time has no setting "NO_SUCH"/);
  const mount = await imported(home, { servers: [{ server: 'time', mounts: { data: '/tmp' } }] });
  assert.match(mount.stderr, /time has no mount "data"/);
  assert.equal(mount.stdout, '');
});
