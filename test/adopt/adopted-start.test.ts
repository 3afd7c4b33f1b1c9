import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { adoptedStart, type AdoptedStart } from '../../src/adopt/adopted-start.ts';
import { entryFor, startedServer } from '../../src/adopt/started-server.ts';
import type { ServerStart } from '../../src/clients/client-entry.ts';
import { entryOf } from '../sandbox/fixtures.ts';

const notes = entryOf({
  name: 'notes',
  source: 'npm:@scope/notes-mcp',
  repository: 'https://github.com/scope/notes',
  command: ['notes-mcp'],
  args: ['--transport', 'stdio'],
  env: {
    NOTES_TOKEN: { description: 'Token', secret: true },
    NOTES_LANG: { description: 'Language' },
  },
  permissions: { mounts: [{ name: 'folder', target: '/notes', mode: 'rw', description: 'Notes' }] },
});
const many = entryOf({
  name: 'files',
  source: 'pypi:files_mcp',
  command: ['files-mcp'],
  args: ['/data'],
  permissions: {
    mounts: [
      { name: 'data', target: '/data', mode: 'ro', required: true, many: true, description: 'Folders' },
    ],
  },
});

const context = {
  isReference: (text: string) => text.startsWith('${'),
  isAbsolute: (text: string) => path.posix.isAbsolute(text),
};

function adopted(
  command: string,
  args: readonly string[],
  env: ServerStart['env'] = {},
): AdoptedStart | undefined {
  const started = startedServer({ command, args, env });
  const entry = started === undefined ? undefined : entryFor(started, [notes, many]);
  return started === undefined || entry === undefined ? undefined : adoptedStart(entry, started, context);
}

const starts: readonly (readonly [what: string, command: string, args: readonly string[]])[] = [
  ['npx', 'npx', ['-y', '@scope/notes-mcp']],
  ['npx with a version', 'npx', ['-y', '@scope/notes-mcp@1.2.3']],
  ['bunx', 'bunx', ['@scope/notes-mcp@latest']],
  ['pnpm dlx', 'pnpm', ['dlx', '@scope/notes-mcp']],
  ['cmd /c npx', 'cmd', ['/c', 'npx', '-y', '@scope/notes-mcp']],
  ['npx.cmd by its path', String.raw`C:\Program Files\nodejs\npx.cmd`, ['-y', '@scope/notes-mcp']],
  ['env', 'env', ['A=1', 'npx', '-y', '@scope/notes-mcp']],
  ['a shell', 'sh', ['-c', 'npx -y @scope/notes-mcp']],
  [
    'node and a file of the installed package',
    'node',
    ['/home/ada/node_modules/@scope/notes-mcp/dist/index.js'],
  ],
  ['its own program', '/usr/local/bin/notes-mcp', []],
  ['the image of its repository', 'docker', ['run', '-i', '--rm', 'ghcr.io/scope/notes:v2']],
  ['the image of a catalog', 'docker', ['run', '--rm', '-i', '--network', 'host', 'mcp/notes']],
];

for (const [what, command, args] of starts)
  test(`a server started with ${what} is known, and needs no words of its own`, () => {
    assert.deepEqual(adopted(command, args)?.args, ['run', 'notes'], what);
  });

test('PyPI takes dashes, underscores and case for the same', () => {
  assert.equal(adopted('uvx', ['Files.MCP', '/srv/a'])?.server, 'files');
  assert.equal(adopted('python3', ['-m', 'files_mcp', '/srv/a'])?.server, 'files');
});

for (const [what, command, args] of [
  ['another package', 'npx', ['-y', '@scope/other']],
  ['a file of a project', 'node', ['./dist/index.js']],
  ['an image of another repository', 'docker', ['run', '-i', 'ghcr.io/other/notes']],
  ['an image of the name under another owner', 'docker', ['run', '-i', 'evil/notes']],
  ['a script', 'sh', ['-c', 'curl x | sh']],
  ['a container that runs nothing', 'docker', ['ps']],
] as const)
  test(`${what} is left alone`, () => assert.equal(adopted(command, args), undefined));

test('folders become mounts; an option of the server’s names the place inside', () => {
  assert.deepEqual(adopted('npx', ['-y', '@scope/notes-mcp', '--dir', '/home/ada/notes'])?.args, [
    ...['run', 'notes', '--mount', 'folder=/home/ada/notes:rw', '--', '--dir', '/notes'],
  ]);
  assert.deepEqual(adopted('npx', ['-y', '@scope/notes-mcp', '--dir=/home/ada/notes', '--verbose'])?.args, [
    ...['run', 'notes', '--mount', 'folder=/home/ada/notes:rw', '--', '--dir=/notes', '--verbose'],
  ]);
  assert.deepEqual(adopted('uvx', ['files-mcp', '/srv/a', '/srv/b'])?.args, [
    ...['run', 'files', '--mount', 'data=/srv/a', '--mount', 'data=/srv/b'],
  ]);
});

test('what the entry’s own arguments say is not said twice', () => {
  assert.deepEqual(adopted('npx', ['-y', '@scope/notes-mcp', '--transport', 'stdio', '-v'])?.args, [
    'run',
    'notes',
    '--',
    '-v',
  ]);
});

test('folders of a container are mounts, by what its arguments name inside', () => {
  const found = adopted('docker', [
    'run',
    '-i',
    '-v',
    '/home/ada/notes:/in',
    '-e',
    'NOTES_LANG=de',
    'mcp/notes',
    '--dir',
    '/in',
  ]);
  assert.deepEqual(found?.args, [
    'run',
    'notes',
    '--mount',
    'folder=/home/ada/notes:rw',
    '--',
    '--dir',
    '/notes',
  ]);
  assert.deepEqual(found.plain, { NOTES_LANG: 'de' });
  const bind = adopted('docker', ['run', '-i', '--mount', 'type=bind,src=/srv/a,dst=/x', 'mcp/notes']);
  assert.deepEqual(bind?.args, ['run', 'notes', '--mount', 'folder=/srv/a:rw']);
});

test('a secret goes to the store, a reference of the client’s stays in its file', () => {
  const plain = adopted('npx', ['-y', '@scope/notes-mcp'], {
    NOTES_TOKEN: 'hush',
    NOTES_LANG: 'de',
    PATH: '/bin',
  });
  assert.deepEqual(
    [plain?.secrets, plain?.plain, plain?.lost],
    [{ NOTES_TOKEN: 'hush' }, { NOTES_LANG: 'de' }, []],
  );
  const reference = adopted('npx', ['-y', '@scope/notes-mcp'], { NOTES_TOKEN: '${MY_TOKEN}' });
  assert.deepEqual(
    [reference?.secrets, reference?.plain, reference?.references],
    [{}, { NOTES_TOKEN: '${MY_TOKEN}' }, ['NOTES_TOKEN']],
  );
  const handed = adopted('docker', ['run', '-i', '-e', 'NOTES_TOKEN', 'mcp/notes'], { NOTES_TOKEN: 'hush' });
  assert.deepEqual(handed?.secrets, { NOTES_TOKEN: 'hush' });
});

test('what can’t be carried over is said, never dropped in silence', () => {
  const lost = (args: readonly string[], env: ServerStart['env'] = {}): readonly string[] =>
    adopted('npx', ['-y', '@scope/notes-mcp', ...args], env)?.lost ?? ['not adopted'];
  assert.deepEqual(lost([], { OTHER: 'x' }), ['it sets OTHER, which the entry does not declare']);
  assert.deepEqual(lost(['/a', '/b']), ['it is given /b, and the entry has no mount for that']);
  assert.deepEqual(lost(['--dir', '~/notes']), ['~/notes: no program fills that in; write the whole path']);
  assert.deepEqual(adopted('uvx', ['files-mcp'])?.lost, [
    'the entry needs a folder for its mount "data", and the line names none',
  ]);
});

const keeper = entryOf({
  name: 'keeper',
  source: 'npm:keeper-mcp',
  command: ['keeper-mcp'],
  env: {
    KEEPER_FILE: { description: 'The file that holds it', default: '/keeper/graph.json' },
    KEEPER_KEY: { description: 'Where the key is', default: '/credentials/key.json' },
    KEEPER_ROUTE: { description: 'Path below the host' },
  },
  permissions: {
    state: [{ name: 'graph', target: '/keeper', description: 'The file' }],
    mounts: [
      { name: 'key', target: '/credentials/key.json', kind: 'file', required: true, description: 'Key' },
    ],
  },
});

test('a setting that names a file of this machine becomes the mount that the entry has for it', () => {
  const started = startedServer({
    command: 'npx',
    args: ['-y', 'keeper-mcp'],
    env: { KEEPER_KEY: '/home/ada/key.json', KEEPER_ROUTE: '/api' },
  });
  assert.ok(started !== undefined);
  const result = adoptedStart(keeper, started, context);
  assert.deepEqual(result.args, ['run', 'keeper', '--mount', 'key=/home/ada/key.json']);
  assert.deepEqual(result.plain, { KEEPER_ROUTE: '/api' });
  assert.deepEqual(result.lost, []);
});

test('a setting that names a file which the container can not have is said to be lost, and is left out', () => {
  for (const file of ['/home/ada/graph.json', '~/graph.json', String.raw`C:\ada\graph.json`]) {
    const env = { KEEPER_FILE: file, KEEPER_KEY: '/home/ada/key.json' };
    const started = startedServer({ command: 'npx', args: ['-y', 'keeper-mcp'], env });
    assert.ok(started !== undefined);
    const result = adoptedStart(keeper, started, context);
    assert.deepEqual(result.plain, {});
    assert.deepEqual(result.lost, [
      `KEEPER_FILE names ${file}, which is not in the container: what is there stays where it is`,
    ]);
  }
});

const studio = entryOf({
  name: 'studio',
  source: 'pypi:studio-mcp',
  command: ['studio-mcp'],
  env: { STUDIO_BASE: { description: 'Folder of its files', default: '/audio' } },
  permissions: {
    mounts: [
      { name: 'audio', target: '/audio', mode: 'rw', description: 'Files' },
      { name: 'voices', target: '/voices', description: 'More files' },
    ],
  },
});

function ofImage(entry: Parameters<typeof adoptedStart>[0], ...words: readonly string[]): AdoptedStart {
  const started = startedServer({ command: 'docker', args: ['run', '-i', ...words], env: {} });
  assert.ok(started !== undefined);
  return adoptedStart(entry, started, context);
}

test('a path below a volume of a container is that folder of this machine, not the whole volume', () => {
  const volume = ['-v', '/home/ada/data:/data'];
  const bySetting = ofImage(studio, ...volume, '-e', 'STUDIO_BASE=/data/audio', 'mcp/studio');
  assert.deepEqual(bySetting.args, ['run', 'studio', '--mount', 'audio=/home/ada/data/audio:rw']);
  assert.deepEqual([bySetting.plain, bySetting.lost], [{}, []]);
  const byArgument = ofImage(notes, ...volume, 'mcp/notes', '--dir=/data/notes/');
  assert.deepEqual(byArgument.args, [
    ...['run', 'notes', '--mount', 'folder=/home/ada/data/notes:rw', '--', '--dir=/notes'],
  ]);
  assert.deepEqual(byArgument.lost, []);
});

test('a folder that a setting and an argument name is one mount', () => {
  const base = ['-v', '/home/ada/data:/data', '-e', 'STUDIO_BASE=/data/audio', 'mcp/studio'];
  const both = ofImage(studio, ...base, '--dir', '/data/audio');
  assert.deepEqual(both.args, [
    ...['run', 'studio', '--mount', 'audio=/home/ada/data/audio:rw', '--', '--dir', '/audio'],
  ]);
  assert.deepEqual(both.lost, []);
  const twice = adopted('npx', ['-y', '@scope/notes-mcp', '--in', '/a', '--out=/a']);
  assert.deepEqual(twice?.args, [
    ...['run', 'notes', '--mount', 'folder=/a:rw', '--', '--in', '/notes', '--out=/notes'],
  ]);
  assert.deepEqual(twice.lost, []);
});

test('a volume of which nothing is named is a mount of its own, or said to be lost', () => {
  const base = ['-v', '/home/ada:/home', '-v', '/home/ada/data:/data', '-e', 'STUDIO_BASE=/data/audio'];
  assert.deepEqual(ofImage(studio, ...base, 'mcp/studio').args, [
    ...['run', 'studio', '--mount', 'audio=/home/ada/data/audio:rw', '--mount', 'voices=/home/ada'],
  ]);
  assert.deepEqual(ofImage(studio, ...base, '-v', '/srv:/srv', 'mcp/studio').lost, [
    'it is given /srv, and the entry has no mount for that',
  ]);
});
