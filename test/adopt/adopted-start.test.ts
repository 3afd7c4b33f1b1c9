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
  home: '/home/ada',
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

test('a volume that a container could only read stays read-only, and a folder around volumes is none of its own', () => {
  for (const words of [
    ['-v', '/srv/a:/in:ro'],
    ['-v', '/srv/a:/in:ro,Z'],
    ['--mount', 'type=bind,src=/srv/a,dst=/in,readonly'],
    ['--mount', 'type=bind,source=/srv/a,target=/in,ro=true'],
  ])
    assert.deepEqual(
      adopted('docker', ['run', '-i', ...words, 'mcp/notes', '--dir', '/in'])?.args,
      ['run', 'notes', '--mount', 'folder=/srv/a', '--', '--dir', '/notes'],
      words.join(' '),
    );
  for (const volume of ['/srv/a/:/in:ro', '/srv:/in:ro', '/:/in:ro'])
    assert.deepEqual(
      adopted('docker', ['run', '-i', '-v', volume, 'mcp/notes', '--dir', '/in/sub'])?.args.slice(2, 4),
      ['--mount', `folder=${volume.replace(/\/?:.*/, '')}/sub`],
      volume,
    );
  const around = ['-v', '/srv/a:/projects/a', 'mcp/notes', '/projects'];
  assert.deepEqual(adopted('docker', ['run', '-i', ...around])?.args, [
    ...['run', 'notes', '--mount', 'folder=/srv/a:rw'],
  ]);
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
    [{}, { NOTES_TOKEN: '${MY_TOKEN}' }, ['${MY_TOKEN}']],
  );
  const handed = adopted('docker', ['run', '-i', '-e', 'NOTES_TOKEN', 'mcp/notes'], { NOTES_TOKEN: 'hush' });
  assert.deepEqual(handed?.secrets, { NOTES_TOKEN: 'hush' });
});

test('what can’t be carried over is said, never dropped in silence', () => {
  const lost = (args: readonly string[], env: ServerStart['env'] = {}): readonly string[] =>
    adopted('npx', ['-y', '@scope/notes-mcp', ...args], env)?.lost ?? ['not adopted'];
  assert.deepEqual(lost([], { OTHER: 'x' }), ['it sets OTHER, which the entry does not declare']);
  assert.deepEqual(lost(['/a', '/b']), ['it is given /b, and the entry has no mount for that']);
  assert.deepEqual(lost(['--profile-dir', '/a']), [
    'its --profile-dir names /a, which would be the mount "folder": whether that is meant, the entry does not say',
  ]);
  assert.deepEqual(lost(['--token-file', 'sk-0123456789abcdef']), [
    'its argument sk-… holds a key, which would stay in the client’s file and the list of processes',
  ]);
  assert.deepEqual(lost(['--team=<team>']), ['its argument --team=<team> only stands where a value belongs']);
  assert.deepEqual(adopted('uvx', ['files-mcp'])?.lost, [
    'the entry needs a folder for its mount "data", and the line names none',
  ]);
});

test('the home folder is written out, and a folder relative to the client’s stays so', () => {
  for (const text of ['~/notes', '$HOME/notes', '${HOME}/notes', '${env:HOME}/notes', '${userHome}/notes'])
    assert.deepEqual(adopted('npx', ['-y', '@scope/notes-mcp', text])?.args, [
      ...['run', 'notes', '--mount', 'folder=/home/ada/notes:rw'],
    ]);
  for (const volume of ['${HOME}/notes:/in', '${userHome}/notes:/in:ro']) {
    const words = ['run', '-i', '-v', volume, 'mcp/notes', '--dir=/in/sub'];
    const mount = `folder=/home/ada/notes/sub${volume.endsWith(':ro') ? '' : ':rw'}`;
    assert.deepEqual(adopted('docker', words)?.args, [
      'run',
      'notes',
      '--mount',
      mount,
      '--',
      '--dir=/notes',
    ]);
  }
  for (const text of ['.', './notes', '../notes', '${workspaceFolder}', '${workspaceFolder}/notes'])
    assert.deepEqual(adopted('npx', ['-y', '@scope/notes-mcp', text])?.args, [
      ...['run', 'notes', '--mount', `folder=${text}:rw`],
    ]);
});

test('an option whose folder can’t be mounted goes with it', () => {
  const found = adopted('npx', ['-y', '@scope/notes-mcp', '/a', '--dir', '/b', '-v']);
  assert.deepEqual(found?.args, ['run', 'notes', '--mount', 'folder=/a:rw', '--', '-v']);
  assert.deepEqual(found.lost, ['it is given /b, and the entry has no mount for that']);
});

test('a placeholder is no value: it goes nowhere, and the setting is said to need one', () => {
  const found = adopted('npx', ['-y', '@scope/notes-mcp'], {
    NOTES_TOKEN: '<YOUR_TOKEN>',
    NOTES_LANG: 'your-language',
  });
  assert.deepEqual(
    [found?.plain, found?.secrets, found?.lost, Object.keys(found?.unfilled ?? {})],
    [{}, {}, [], ['NOTES_TOKEN', 'NOTES_LANG']],
  );
  const option = adopted('npx', ['-y', '@scope/notes-mcp', '--notes-token=YOUR-TOKEN']);
  assert.deepEqual(
    [option?.args, option?.secrets, Object.keys(option?.unfilled ?? {})],
    [['run', 'notes'], {}, ['NOTES_TOKEN']],
  );
  // The environment counts more than an option, whichever of them has the value.
  const both = adopted('npx', ['-y', '@scope/notes-mcp', '--notes-token=t0'], { NOTES_TOKEN: 't1' });
  assert.deepEqual([both?.secrets, both?.args], [{ NOTES_TOKEN: 't1' }, ['run', 'notes']]);
});

test('a reference in an option becomes the setting’s own, for the client to fill in', () => {
  const found = adopted('npx', ['-y', '@scope/notes-mcp', '--token', '${MY_TOKEN}', '--lang', '${LANG}']);
  assert.deepEqual(
    [found?.plain, found?.secrets, found?.args, found?.references],
    [
      { NOTES_TOKEN: '${MY_TOKEN}' },
      {},
      ['run', 'notes', '--', '--lang', '${LANG}'],
      ['${MY_TOKEN}', '${LANG}'],
    ],
  );
});

const database = entryOf({
  name: 'database',
  source: 'npm:database-mcp',
  command: ['database-mcp'],
  env: {
    DATABASE_URL: { description: 'Address', secret: true },
    DATABASE_API_TOKEN: { description: 'Token', secret: true },
    DATABASE_HOST: { description: 'Its host' },
    DATABASE_NAME: { description: 'Its name' },
  },
  permissions: { network: ['{DATABASE_HOST}', '{DATABASE_URL}'] },
});

function ofDatabase(...args: readonly string[]): AdoptedStart {
  const started = startedServer({ command: 'npx', args: ['database-mcp', ...args], env: {} });
  assert.ok(started !== undefined);
  return adoptedStart(database, started, context);
}

test('an option is a setting by its words, in whatever way it joins them, where it is a key or a permitted host', () => {
  const address = 'postgres://ada:hush@db.example.com/notes';
  assert.deepEqual(ofDatabase('--databaseUrl', address).secrets, { DATABASE_URL: address });
  assert.deepEqual(ofDatabase('--database-token', 't0').secrets, { DATABASE_API_TOKEN: 't0' });
  assert.deepEqual(ofDatabase('--database-host=db.example.com').plain, { DATABASE_HOST: 'db.example.com' });
  assert.deepEqual(ofDatabase('--host', '0.0.0.0').plain, {}, 'where it listens');
  assert.deepEqual(ofDatabase('--database-name=notes').args, [
    'run',
    'database',
    '--',
    '--database-name=notes',
  ]);
  // Some take it without any option.
  const bare = ofDatabase(address, '--verbose');
  assert.deepEqual(
    [bare.secrets, bare.args],
    [{ DATABASE_URL: address }, ['run', 'database', '--', '--verbose']],
  );
});

test('what a container has from a file or from its client’s environment still comes from there', () => {
  const words = ['run', '-i', '--env-file', '/srv/notes.env', '-e', 'NOTES_TOKEN', 'mcp/notes'];
  const started = startedServer({ command: 'docker', args: words, env: {}, handedOn: ['NOTES_LANG'] });
  assert.deepEqual(started?.handedOn, ['NOTES_TOKEN', 'NOTES_LANG']);
  assert.deepEqual(adopted('docker', words)?.args, ['run', 'notes', '--env-file', '/srv/notes.env']);
});

test('the package of one system is the one that npm starts without a system', () => {
  const own = entryOf({ name: 'cluster', source: 'npm:cluster-mcp-linux-amd64', command: ['cluster-mcp'] });
  const started = startedServer({ command: 'npx', args: ['-y', 'cluster-mcp@latest'], env: {} });
  assert.equal(entryFor(started ?? { source: '' }, [own])?.name, 'cluster');
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

test('a folder that a client fills in is one of this machine, also where a setting names it', () => {
  for (const [value, folder] of [
    ['${HOME}/audio', '/home/ada/audio'],
    ['${workspaceFolder}/audio', '${workspaceFolder}/audio'],
  ] as const) {
    const started = startedServer({ command: 'uvx', args: ['studio-mcp'], env: { STUDIO_BASE: value } });
    assert.ok(started !== undefined);
    const { args, plain, lost } = adoptedStart(studio, started, {
      ...context,
      isReference: (text) => text.includes('${'),
    });
    assert.deepEqual(
      [args, plain, lost],
      [['run', 'studio', '--mount', `audio=${folder}:rw`], {}, []],
      value,
    );
  }
});

test('a reference behind an option that asks for a key is none', () => {
  const { lost } = ofDatabase('--password', '${PASSWORD}', 'stdio');
  assert.deepEqual(lost, []);
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
  const readOnly = ['-v', '/home/ada/data:/data:ro', '-e', 'STUDIO_BASE=/data/audio', 'mcp/studio'];
  assert.deepEqual(ofImage(studio, ...readOnly).args, [
    ...['run', 'studio', '--mount', 'audio=/home/ada/data/audio'],
  ]);
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
