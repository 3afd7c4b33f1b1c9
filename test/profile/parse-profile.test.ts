import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { problemText } from '../../src/catalog/problem.ts';
import { parseProfile, type ParsedProfile } from '../../src/profile/parse-profile.ts';
import type { Profile } from '../../src/profile/profile.ts';

const places = { home: '/home/ada', path: path.posix, localPath: (text: string): string => text };
const parse = (text: string): ParsedProfile =>
  parseProfile({ name: 'work', file: 'work.yaml', text }, places);

function profileOf(text: string): Profile {
  const parsed = parse(text);
  return 'profile' in parsed ? parsed.profile : assert.fail(parsed.problems.map(problemText).join('\n'));
}

/** Of the whole file, or of its sections. */
function problems(text: string): string[] {
  const parsed = parse(text);
  const found = 'profile' in parsed ? parsed.profile.problems : parsed.problems;
  return found.map((problem) => problemText(problem).replace('work.yaml:', ''));
}

test('a section has what it says, and the defaults for the rest', () => {
  const {
    servers,
    description,
    problems: none,
  } = profileOf(`
description: for work
defaults:
  timeout: 30s
  idle: 2h
  tools: { deny: ["delete_*"] }
servers:
  time:
  filesystem:
    settings: { LOG_LEVEL: debug, PORT: 8080, COLOUR: false }
    secrets: []
    mounts: { data: ["~/notes:rw", /srv/docs] }
    args: [--verbose]
    tools: { allow: [read_*], deny: [write] }
    readOnly: true
    timeout: 2m
    maxResult: 256k
    largerResults: refuse
    callsPerMinute: 60
`);
  assert.deepEqual(none, []);
  assert.equal(description, 'for work');
  const { place: at, ...filesystem } = servers.get('filesystem') ?? assert.fail();
  assert.deepEqual(filesystem, {
    name: 'filesystem',
    settings: { LOG_LEVEL: 'debug', PORT: '8080', COLOUR: 'false' },
    secrets: [],
    mounts: [
      { name: 'data', hostPath: '/home/ada/notes', mode: 'rw' },
      { name: 'data', hostPath: '/srv/docs', mode: undefined },
    ],
    args: ['--verbose'],
    policy: {
      tools: { allow: ['read_*'], deny: ['write', 'delete_*'] },
      readOnly: true,
      timeoutMs: 120_000,
      results: { maxBytes: 256 * 1024, larger: 'refuse' },
      callsPerMinute: 60,
      idleMs: 7_200_000,
    },
  });
  assert.deepEqual(at('settings', 'PORT'), { file: 'work.yaml', line: 10, column: 35 });
  const time = servers.get('time') ?? assert.fail();
  assert.deepEqual(
    [time.secrets, time.policy.timeoutMs, time.policy.tools.allow],
    ['all', 30_000, undefined],
  );
});

test('one broken section never stops the others, and each of its faults has its place', () => {
  const text = `servers:
  good: {}
  bad:
    timeout: soon
    callsPerMinute: 1.5
    redOnly: true
    largerResults: drop
    tools: { deny: delete }
  Worse: {}
  worst: 3
`;
  assert.deepEqual([...profileOf(text).servers.keys()], ['good']);
  assert.deepEqual(problems(text), [
    '4:5: servers.bad.timeout: must be a time such as 30s, 10m or 2h, found "soon"',
    '5:5: servers.bad.callsPerMinute: expected a whole number, found 1.5',
    '6:5: servers.bad.redOnly: this key is not known (did you mean readOnly?)',
    '7:5: servers.bad.largerResults: expected one of "cut"|"refuse", found "drop"',
    '8:14: servers.bad.tools.deny: expected a list, found "delete"',
    '9:3: servers.Worse: must be the name of a server: mcpcat list shows them, found a mapping',
    '10:3: servers.worst: expected a mapping, found 3',
  ]);
});

test('what might restrict all servers makes the whole file unusable', () => {
  assert.deepEqual(problems('defualts: { readOnly: true }\nservers: {}\n'), [
    '1:1: defualts: this key is not known (did you mean defaults?)',
  ]);
  assert.deepEqual(problems('defaults:\n  readOnly: "yes"\nservers: { time: {} }\n'), [
    '2:3: defaults.readOnly: expected true or false, found "yes"',
  ]);
  assert.deepEqual(problems(''), ['1:1: the profile: expected a mapping, found nothing']);
  assert.deepEqual(problems('description: x\n'), ['1:1: servers: expected a mapping, found nothing']);
  assert.match(problems('servers: [a\n').join(), /^\d+:\d+: YAML: /);
  assert.match(problems('servers: { a: {}, a: {} }\n').join(), /^1:\d+: YAML: .*unique/);
});

test('a secret is refused where it stands, by its name or its form, and never repeated', () => {
  const secret = `ghp_${'x1'.repeat(18)}`;
  const text = `servers:
  a: { settings: { GITHUB_TOKEN: hunter2-hunter2 } }
  b: { settings: { ANYTHING: ${secret} } }
  c: { settings: { URL: "postgres://ada:pw@db.example.com/x" } }
  d: { settings: { MAX_TOKENS: 4000, API_KEY: "", TOKEN_LIMIT: "x", URL: "https://example.com:8443/a@b" } }
  e: { settings: { API_TOKEN: [abcdef] } }
`;
  const found = problems(text);
  assert.deepEqual(
    found.map((line) => line.split(': ').slice(0, 2).join(' ')),
    [
      '2:20 servers.a.settings.GITHUB_TOKEN',
      '3:20 servers.b.settings.ANYTHING',
      '4:20 servers.c.settings.URL',
      '6:20 servers.e.settings.API_TOKEN',
    ],
  );
  assert.match(found[0] ?? '', /mcpcat secret set SERVER GITHUB_TOKEN/);
  for (const value of ['hunter2', secret, 'ada:pw', 'abcdef'])
    assert.ok(!found.join('\n').includes(value), value);
  assert.deepEqual([...profileOf(text).servers.keys()], ['d']);
});

test('a path that nothing will expand, or that is none, is refused', () => {
  const text = `servers:
  a: { mounts: { data: notes } }
  b: { mounts: { data: [/ok, "$HOME/notes"] } }
  c: { mounts: { data: ~ada/notes } }
  d: { mounts: { data: "" } }
`;
  assert.deepEqual(
    problems(text).map((line) => line.replace(/ \(.*/, '')),
    [
      '2:18: servers.a.mounts.data: expected an absolute path or ~/…, found "notes"',
      '3:30: servers.b.mounts.data.1: expected a folder or file, found a variable that nothing has replaced',
      '4:18: servers.c.mounts.data: expected a folder or file, found a ~ that nothing has replaced',
      '5:18: servers.d.mounts.data: must be a path, found ""',
    ],
  );
});

test('characters that nobody sees are refused, in a section and in what holds for all', () => {
  assert.match(
    problems('servers:\n  a: { args: ["x\u202Ey"] }\n').join(),
    /^2:15: servers\.a\.args\.0: .*\\u202e/,
  );
  assert.match(problems('description: "a\u200Bb"\nservers: {}\n').join(), /^1:1: description: .*\\u200b/);
});

test('names that objects have by themselves are names like any other', () => {
  const text = 'servers:\n  constructor: {}\n  __proto__: {}\n  a: { settings: { toString: x } }\n';
  assert.deepEqual([...profileOf(text).servers.keys()], ['constructor', 'a']);
  assert.match(problems(text).join(), /^3:3: servers\.__proto__: must be the name/);
  assert.deepEqual(profileOf(text).servers.get('a')?.settings, { toString: 'x' });
});
