import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';

const cursor = '.cursor/mcp.json';
const gemini = '.gemini/settings.json';
const profile = '.config/mcpcat/profiles/clients.yaml';
const ours = '/home/ada/.local/share/mcpcat/bin/mcpcat';

const entry = (...args: readonly string[]): object => ({ command: ours, args: ['run', ...args] });
const servers = (all: object): string => `${JSON.stringify({ mcpServers: all }, undefined, 2)}\n`;

interface McpServers {
  readonly mcpServers: Readonly<Record<string, { readonly args: readonly string[] }>>;
}
const read = (home: string, file: string): string => readFileSync(path.join(home, file), 'utf8');
const names = (home: string, file: string): string[] =>
  Object.keys((JSON.parse(read(home, file)) as McpServers).mcpServers);

test('entries of ours become one, their settings, folders and arguments a profile, and undo takes all back', async (t) => {
  const before = servers({
    theirs: { command: 'npx', args: ['-y', 'other'] },
    time: { ...entry('time', '--', '--local-timezone', 'Europe/Vienna') },
    files: entry('filesystem', '--mount', 'data=/srv/docs:rw'),
  });
  const home = temporaryFolder(t, {
    [cursor]: before,
    [gemini]: servers({ time: entry('time', '--', '--local-timezone', 'Europe/Vienna') }),
  });
  const { code, stdout, stderr } = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^profile clients: .*clients\.yaml \(new\)$/m);
  assert.equal(
    read(home, profile),
    [
      'servers:',
      '  time:',
      '    args:',
      '      - --local-timezone',
      '      - Europe/Vienna',
      '  filesystem:',
      '    mounts:',
      '      data: /srv/docs:rw',
      '',
    ].join('\n'),
  );
  assert.deepEqual(names(home, cursor), ['theirs', 'mcpcat']);
  assert.deepEqual(names(home, gemini), ['mcpcat']);
  const { mcpServers } = JSON.parse(read(home, cursor)) as McpServers;
  assert.deepEqual(mcpServers['mcpcat']?.args, ['serve', '--profile', 'clients']);
  const shown = await runHere(['profile', 'show', 'clients'], { HOME: home });
  assert.equal(shown.code, 0, shown.stderr);
  const again = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.match(again.stdout, /nothing to change/);
  assert.equal((await runHere(['undo'], { HOME: home })).code, 0);
  assert.equal(read(home, cursor), before);
  assert.ok(!existsSync(path.join(home, profile)));
});

test('what a profile can’t say keeps its entry, and each is said with its reason', async (t) => {
  const all = {
    open: entry('fetch', '--allow', 'example.com'),
    elsewhere: entry('time', '--catalog', '/srv/catalog'),
    secret: { ...entry('brave-search'), env: { BRAVE_API_KEY: 'hush-hush' } },
    strange: { ...entry('memory'), env: { NODE_OPTIONS: '--inspect' } },
    unknown: entry('no-such-server'),
    good: entry('time'),
  };
  const home = temporaryFolder(t, { [cursor]: servers(all) });
  const { code, stdout, stderr } = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.deepEqual(names(home, cursor), ['open', 'elsewhere', 'secret', 'strange', 'unknown', 'mcpcat']);
  for (const says of [
    /"open" keeps its own entry: .*option allow/,
    /"elsewhere" keeps its own entry: .*another catalog/,
    /"secret" keeps its own entry: it holds BRAVE_API_KEY/,
    /"strange" keeps its own entry: it sets NODE_OPTIONS/,
    /"unknown" keeps its own entry: /,
  ])
    assert.match(stderr, says);
  assert.doesNotMatch(stdout + stderr + read(home, profile), /hush/);
});

test('two clients that start a server in two ways do not overrule each other, nor what the profile says', async (t) => {
  const home = temporaryFolder(t, {
    [gemini]: servers({ time: entry('time') }),
    [cursor]: servers({ time: entry('time', '--', '--local-timezone', 'Europe/Vienna') }),
    [profile]: '# mine\nservers:\n  memory: # kept\n    readOnly: true\n',
  });
  const { code, stderr } = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Cursor: "time" keeps its own entry: the profile starts time in another way/);
  assert.deepEqual(names(home, gemini), ['mcpcat']);
  assert.deepEqual(names(home, cursor), ['time', 'mcpcat']);
  assert.equal(read(home, profile), '# mine\nservers:\n  memory: # kept\n    readOnly: true\n  time: {}\n');
});

test('a server that is named is planned like any other, and goes into the profile that is named', async (t) => {
  const home = temporaryFolder(t, { [cursor]: servers({}), [profile]: 'servers: {}\n' });
  const words = [
    'install',
    'filesystem',
    '--serve',
    '--profile',
    'work',
    '--mount',
    'data=/srv',
    '--dry-run',
  ];
  const { code, stdout, stderr } = await runHere(words, { HOME: home });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /profile work: .*work\.yaml \(new\)/);
  assert.match(stdout, /\+ {6}data: \/srv/);
  assert.match(stdout, /"--profile",?$/m);
  assert.ok(!existsSync(path.join(home, '.config/mcpcat/profiles/work.yaml')));
  const needs = await runHere(['install', 'filesystem', '--serve', '--dry-run'], { HOME: home });
  assert.match(needs.stderr, /filesystem needs a folder for its mount "data"/);
});

test('a profile with a problem is not touched, and neither is a client', async (t) => {
  const before = servers({ time: entry('time') });
  const home = temporaryFolder(t, {
    [cursor]: before,
    [profile]: 'servers:\n  memory:\n    raedOnly: true\n',
  });
  const { code, stderr } = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.equal(code, 2);
  assert.match(stderr, /clients\.yaml:3:5: .*raedOnly/);
  assert.equal(read(home, cursor), before);
  writeFileSync(path.join(home, profile), 'servers: [\n');
  assert.notEqual((await runHere(['install', '--serve', '--yes'], { HOME: home })).code, 0);
  assert.equal(read(home, cursor), before);
});

test('without a server anywhere, and with options of one entry alone, it is refused', async (t) => {
  const home = temporaryFolder(t, { [cursor]: servers({}) });
  const none = await runHere(['install', '--serve', '--yes'], { HOME: home });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /no client starts one by mcpcat yet/);
  const named = await runHere(['install', 'time', '--serve', '--name', 'x'], { HOME: home });
  assert.equal(named.code, 2);
  const alone = await runHere(['install', 'time', '--profile', 'x'], { HOME: home });
  assert.equal(alone.code, 2);
});
