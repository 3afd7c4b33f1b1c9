import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { compiled } from '../rig/compiled.ts';
import { runHere } from '../rig/in-process.ts';

const cursor = '.cursor/mcp.json';

test('a dry run shows the exact change of each client that is here, and writes nothing', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}\n', '.codex/config.toml': 'model = "x"\n' });
  const { code, stdout, stderr } = await runHere(['install', 'time', '--dry-run'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Codex CLI: .*config\.toml$/m);
  assert.match(stdout, /^ {2}\+\[mcp_servers\.time\]$/m);
  assert.match(stdout, /^Cursor: .*mcp\.json$/m);
  assert.equal(readFileSync(path.join(home, cursor), 'utf8'), '{}\n');
});

test('what is in force here and clients do not hand on is carried into the entry; a password is not', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const env = { HOME: home, DOCKER_HOST: 'unix:///run/mine.sock', HTTPS_PROXY: 'http://ada:hush@proxy:8080' };
  // In a process of its own: a proxy is in force for all that a process fetches from then on.
  const words = ['bin/mcpcat.js', 'install', 'time', '--dry-run', '--json'];
  const { stdout } = spawnSync(process.execPath, words, {
    env: { ...compiled, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.match(stdout, /DOCKER_HOST/);
  assert.doesNotMatch(stdout, /hush/);
});

test('a mount is written with its whole path, and one that is required is asked for', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const given = await runHere(['install', 'filesystem', '--dry-run', '--mount', 'data=.'], { HOME: home });
  assert.match(given.stdout, new RegExp(`"data=${process.cwd()}"`));
  const missing = await runHere(['install', 'filesystem', '--dry-run'], { HOME: home });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /filesystem needs a folder for its mount "data"/);
  const unknown = await runHere(['install', 'filesystem', '--dry-run', '--mount', 'x=.'], { HOME: home });
  assert.match(unknown.stderr, /filesystem has no mount "x"/);
});

test('a folder that the launcher would refuse is refused before anything is written', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}', '.ssh/id': 'x' });
  for (const [folder, why] of [
    ['/etc', /mount data: .*\/etc/],
    [path.join(home, '.ssh'), /mount data: .*\.ssh/],
    [path.join(home, 'nowhere'), /mount data: .*nowhere/],
    [path.join(home, cursor), /mount data: .*mcp\.json/],
  ] as const) {
    const { code, stderr } = await runHere(['install', 'filesystem', '--yes', '--mount', `data=${folder}`], {
      HOME: home,
    });
    assert.notEqual(code, 0, folder);
    assert.match(stderr, why);
  }
  assert.equal(readFileSync(path.join(home, cursor), 'utf8'), '{}');
});

test('a secret that is missing is asked of a person, and where there is none the error says how to store it', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const { code, stderr } = await runHere(['install', 'brave-search', '--dry-run'], { HOME: home });
  assert.equal(code, 2);
  assert.match(stderr, /brave-search needs BRAVE_API_KEY/);
  assert.match(stderr, /mcpcat secret set brave-search BRAVE_API_KEY/);
});

test('a secret from the environment goes into the store, is listed by name, and no client’s file has it', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const env = { HOME: home, BRAVE_API_KEY: 'hush-hush' };
  const set = await runHere(['secret', 'set', 'brave-search', 'BRAVE_API_KEY', '--from-env'], env);
  assert.equal(set.code, 0, set.stderr);
  assert.doesNotMatch(set.stdout, /hush/);
  const listed = await runHere(['secret', 'list', '--json'], { HOME: home });
  assert.deepEqual(JSON.parse(listed.stdout), [
    { server: 'brave-search', name: 'BRAVE_API_KEY', where: 'file' },
  ]);
  const shown = await runHere(['install', 'brave-search', '--dry-run', '--json'], { HOME: home });
  assert.equal(shown.code, 0, shown.stderr);
  assert.doesNotMatch(shown.stdout, /hush/);
  const removed = await runHere(['secret', 'rm', 'brave-search', 'BRAVE_API_KEY'], { HOME: home });
  assert.equal(removed.code, 0);
  const again = await runHere(['secret', 'rm', 'brave-search', 'BRAVE_API_KEY'], { HOME: home });
  assert.equal(again.code, 2);
});

test('a value on the command line is refused, without repeating it', async (t) => {
  const home = temporaryFolder(t);
  const { code, stderr } = await runHere(['secret', 'set', 'brave-search', 'BRAVE_API_KEY', 'hush'], {
    HOME: home,
  });
  assert.equal(code, 2);
  assert.match(stderr, /a value is never part of the command/);
  assert.doesNotMatch(stderr, /hush/);
});

test('clients shows who starts what and what it may do, without values of settings', async (t) => {
  const entry = {
    command: 'npx',
    args: ['-y', '@scope/server', '--key=abcdefghijklmnop'],
    env: { KEY: 'hush' },
  };
  const home = temporaryFolder(t, { [cursor]: JSON.stringify({ mcpServers: { theirs: entry } }) });
  const { code, stdout } = await runHere(['clients'], { HOME: home });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /cursor +theirs +npx -y @scope\/server +as you: all your files, the whole network, your keys/,
  );
  const json = await runHere(['clients', '--json'], { HOME: home });
  assert.doesNotMatch(json.stdout, /hush|abcdefghij/);
});

test('a file that does not parse is said with its place, and the other clients are shown', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{', '.codex/config.toml': '' });
  const { code, stdout, stderr } = await runHere(['clients'], { HOME: home });
  assert.equal(code, 1);
  assert.match(stdout, /^codex +none$/m);
  assert.match(stderr, /Cursor: .*mcp\.json: line 1, column 2: close brace expected/);
});

test('an unknown client and a machine without any are said with what to do', async (t) => {
  const home = temporaryFolder(t);
  const unknown = await runHere(['install', 'time', '--client', 'cursr', '--dry-run'], { HOME: home });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no client "cursr" is known\nhint: did you mean cursor\?/);
  const none = await runHere(['install', 'time', '--dry-run'], { HOME: home });
  assert.match(none.stderr, /none of the clients that mcpcat knows is here/);
});

test('uninstall takes ours out after a yes, undo brings it back, and a second undo has nothing', async (t) => {
  const ours =
    '{\n  // mine\n  "mcpServers": {\n    "time": {"command": "/x/mcpcat", "args": ["run", "time"]}\n  }\n}\n';
  const home = temporaryFolder(t, { [cursor]: ours });
  const asked = await runHere(['uninstall', 'time'], { HOME: home });
  assert.equal(asked.code, 2, 'nobody can be asked here');
  const none = await runHere(['uninstall', 'other', '--yes'], { HOME: home });
  assert.deepEqual([none.code, none.stdout], [0, 'nothing to change: nothing of that name is there\n']);
  const { code, stdout, stderr } = await runHere(['uninstall', 'time', '--yes'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ {2}- {4}"time": /m);
  assert.doesNotMatch(readFileSync(path.join(home, cursor), 'utf8'), /time/);
  const undone = await runHere(['undo'], { HOME: home });
  assert.equal(undone.code, 0);
  assert.equal(readFileSync(path.join(home, cursor), 'utf8'), ours);
  assert.match((await runHere(['undo'], { HOME: home })).stdout, /nothing to take back/);
});

const readme = {
  mcpServers: {
    files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv'] },
    brave: {
      command: 'npx',
      args: ['-y', '@brave/brave-search-mcp-server'],
      env: { BRAVE_API_KEY: 'hush-hush' },
    },
    other: { command: 'npx', args: ['-y', 'nobody-has-this-one'] },
    home: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/etc'] },
  },
};

test('adopt shows what each server may do today and then, without a secret, and writes nothing in a dry run', async (t) => {
  const text = JSON.stringify(readme, undefined, 2);
  const home = temporaryFolder(t, { [cursor]: text });
  const { code, stdout, stderr } = await runHere(['adopt', '--dry-run', '--json'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /hush/);
  const found = JSON.parse(stdout) as {
    name: string;
    server: string | null;
    secrets: string[];
    blocked: string | null;
  }[];
  assert.deepEqual(
    found.map(({ name, server }) => [name, server]),
    [
      ['files', 'filesystem'],
      ['brave', 'brave-search'],
      ['other', null],
      ['home', 'filesystem'],
    ],
  );
  assert.deepEqual(found[1]?.secrets, ['BRAVE_API_KEY']);
  assert.match(
    found[3]?.blocked ?? '',
    /\/etc/,
    'a folder that is never handed over is said before anything is written',
  );
  assert.equal(readFileSync(path.join(home, cursor), 'utf8'), text);
});

test('what a client’s file had in plain text is not shown once more', async (t) => {
  const home = temporaryFolder(t, { [cursor]: JSON.stringify(readme, undefined, 2) });
  const { code, stdout } = await runHere(['adopt', '--dry-run', '--server', 'brave'], { HOME: home });
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}- {8}"BRAVE_API_KEY": "…"$/m);
  assert.doesNotMatch(stdout, /hush/);
});

test('adopt asks, and where nobody can be asked it says so', async (t) => {
  const home = temporaryFolder(t, { [cursor]: JSON.stringify(readme) });
  const { code, stdout, stderr } = await runHere(['adopt'], { HOME: home });
  assert.equal(code, 2);
  assert.match(
    stdout,
    /cursor: other \(npm:nobody-has-this-one\)\n {2}not in the catalog: it stays as it is; mcpcat add npm:nobody-has-this-one would add it/,
  );
  assert.match(stderr, /nobody can be asked here which to adopt/);
  const unknown = await runHere(['adopt', '--server', 'nothing'], { HOME: home });
  assert.equal(unknown.code, 2);
});

test('the same again changes nothing, in whatever order a person has the keys', async (t) => {
  const home = temporaryFolder(t, { '.gemini/settings.json': '{}' });
  const first = await runHere(['install', 'time', '--dry-run', '--json'], { HOME: home });
  const added =
    (JSON.parse(first.stdout) as readonly { difference: readonly string[] }[])[0]?.difference ?? [];
  const text = added
    .filter((line) => line.startsWith('+'))
    .map((line) => line.slice(1))
    .join('\n');
  writeFileSync(path.join(home, '.gemini/settings.json'), `${text}\n`);
  const again = await runHere(['install', 'time', '--dry-run'], { HOME: home });
  assert.match(again.stdout, /^nothing to change/);
});

test('adopt says which server of a narrower file counts instead in this folder, and what that file starts besides', async (t) => {
  const server = { command: 'npx', args: ['-y', '@upstash/context7-mcp'] };
  const local = { mcpServers: { docs: server, 'only here': server } };
  const home = temporaryFolder(t, {
    '.claude.json': JSON.stringify({ mcpServers: { docs: server }, projects: { [process.cwd()]: local } }),
  });
  const { stdout, stderr } = await runHere(['adopt', '--client', 'claude-code', '--dry-run'], { HOME: home });
  assert.match(stdout, /here: {2}this folder has a "docs" of its own, .*: mcpcat adopt --scope local$/m);
  assert.match(
    stderr,
    /in this folder Claude Code starts docs, only here besides: mcpcat adopt --scope local/,
  );
  const narrow = await runHere(['adopt', '--client', 'claude-code', '--scope', 'local', '--dry-run'], {
    HOME: home,
  });
  assert.doesNotMatch(narrow.stdout, /here:/);
  const clients = await runHere(['clients'], { HOME: home });
  assert.match(clients.stdout, /docs \(hidden here by local\)/);
});

test('adopt moves no placeholder to the store, and says how the setting gets its value', async (t) => {
  const brave = {
    command: 'npx',
    args: ['-y', '@brave/brave-search-mcp-server'],
    env: { BRAVE_API_KEY: '<YOUR_API_KEY>' },
  };
  const home = temporaryFolder(t, { [cursor]: JSON.stringify({ mcpServers: { brave } }) });
  const words = ['adopt', '--scope', 'user', '--dry-run'];
  const { code, stdout } = await runHere(words, { HOME: home });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /needs: BRAVE_API_KEY, for which only a placeholder stands: mcpcat secret set brave-search BRAVE_API_KEY$/m,
  );
  assert.doesNotMatch(stdout, /moves to the store/);
  assert.match(stdout, /^ {2}\+ .*"brave-search"/m);
});

test('install takes no placeholder for a value, and secret set says that it looks like one', async (t) => {
  const home = temporaryFolder(t, { [cursor]: '{}' });
  const given = ['--env', 'BRAVE_API_KEY=YOUR_API_KEY', '--yes'];
  const { code, stderr } = await runHere(['install', 'brave-search', ...given], { HOME: home });
  assert.equal(code, 2);
  assert.match(stderr, /expected a value for BRAVE_API_KEY, found what only stands where one belongs/);
  assert.doesNotMatch(stderr, /YOUR_API_KEY/);
  const set = await runHere(['secret', 'set', 'brave-search', 'BRAVE_API_KEY', '--from-env', '--file'], {
    HOME: home,
    BRAVE_API_KEY: 'YOUR_API_KEY',
  });
  assert.equal(set.code, 0, set.stderr);
  assert.match(set.stderr, /BRAVE_API_KEY looks like what stands where a value belongs/);
});
