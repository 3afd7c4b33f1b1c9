import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { readSetup, type ReadSetup } from '../../src/setup-file/read-setup.ts';
import { ServerSetup, setupText } from '../../src/setup-file/setup.ts';

const places = { home: '/home/ada', path: path.posix, localPath: (text: string) => text };

function read(text: string): readonly ReadSetup[] {
  return readSetup({ file: 'f.json', text }, places);
}

function file(servers: string): string {
  return `{"format": "mcpcat-config", "version": 1,\n "servers": ${servers}}`;
}

function refused(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'usage');
    return [error.message, ...error.detail];
  }
  return assert.fail('it was taken');
}

test('what is written is read again, and says nothing that nobody said', () => {
  const setup = ServerSetup.parse({
    server: 'filesystem',
    name: 'files',
    catalog: 'https://example.com/catalog.json',
    settings: { LANG: 'de' },
    needs: ['TOKEN'],
    mounts: { data: ['~/notes:rw', '/srv'] },
    allow: ['example.com:8443'],
    allowLocal: [3000],
    denyNetwork: true,
    memory: '256m',
    args: ['--fast'],
  });
  const text = setupText([setup]);
  assert.deepEqual(
    read(text).map((one) => one.setup),
    [setup],
  );
  assert.deepEqual(JSON.parse(setupText([ServerSetup.parse({ server: 'time' })])), {
    format: 'mcpcat-config',
    version: 1,
    servers: [{ server: 'time' }],
  });
});

test('~/ is the home of whoever reads it', () => {
  const [first] = read(file('[{"server": "a", "mounts": {"data": ["~/notes:rw", "/srv"]}}]'));
  assert.deepEqual(first?.mounts, [
    { name: 'data', hostPath: '/home/ada/notes', mode: 'rw' },
    { name: 'data', hostPath: '/srv', mode: undefined },
  ]);
});

test('everything that is wrong is told at once, each at its place', () => {
  const problems = refused(
    file(
      '[\n  {"server": "A b"},\n  {"server": "a", "memori": "1g"},\n  {"server": "b", "allowLocal": [70000]}]',
    ),
  );
  assert.equal(problems.length, 3);
  assert.match(problems[0] ?? '', /^f\.json:3:\d+: servers\.0\.server: .*name of a server/);
  assert.match(problems[1] ?? '', /^f\.json:4:\d+: .*memori.*memory/);
  assert.match(problems[2] ?? '', /^f\.json:5:\d+: servers\.2\.allowLocal\.0/);
});

const faults: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['text that breaks off', '{"format": ', /^f\.json:1:\d+: YAML: /],
  ['a key that stands twice', '{"format": "mcpcat-config", "format": "x"}', /^f\.json:1:29: YAML: .*unique/],
  ['another file', '{"name": "x"}', /format/],
  ['no server', file('[]'), /must hold at least one server/],
  [
    'a path of nowhere',
    file('[{"server": "a", "mounts": {"data": "notes"}}]'),
    /2:41: mounts\.data: expected an absolute path or ~\/…/,
  ],
  ['a catalog that is none', file('[{"server": "a", "catalog": "/etc"}]'), /https:\/\//],
  ['two of one name', file('[{"server": "a"}, {"server": "b", "name": "a"}]'), /found a second "a"/],
  ['text that is not seen', file('[{"server": "a", "args": ["x\\u202ey"]}]'), /args/],
];
for (const [what, text, message] of faults)
  test(`${what} is refused with its place`, () => {
    assert.match(refused(text)[0] ?? '', message);
  });

test('a later version is told before anything else of it is judged', () => {
  const text = '{"format": "mcpcat-config", "version": 2, "machines": []}';
  assert.deepEqual(refused(text), [
    'f.json:1:29: version: expected 1, found 2 (a newer mcpcat wrote it, and reads it)',
  ]);
});

test('a secret in it is refused, and not repeated', () => {
  const [problem = ''] = refused(file('[{"server": "a", "settings": {"API_KEY": "hush-hush-hush"}}]'));
  assert.match(problem, /settings\.API_KEY: expected no secret, found what looks like one/);
  assert.doesNotMatch(problem, /hush/);
});
