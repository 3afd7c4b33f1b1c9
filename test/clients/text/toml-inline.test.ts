import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServersPlace } from '../../../src/clients/text/config-text.ts';
import { putServer, readServers, removeServer } from '../../../src/clients/text/edit.ts';

const map: ServersPlace = { keyPath: ['mcp_servers'], isList: false };
const list: ServersPlace = { keyPath: ['mcp_servers'], isList: true };
const entry = { command: '/bin/mcpcat', args: ['run', 'time'], env: { TZ: 'UTC' } };
const written = '{ command = "/bin/mcpcat", args = ["run", "time"], env = { TZ = "UTC" } }';
const listed = written.replace('{ ', '{ name = "time", ');

const cases: readonly (readonly [string, ServersPlace, string, string])[] = [
  [
    'a list of one, as Mistral Vibe writes it',
    list,
    'mcp_servers = [\n    { name = "other", command = "npx" },\n]\ntheme = "x" # mine\n',
    `mcp_servers = [\n    { name = "other", command = "npx" },\n    ${listed},\n]\ntheme = "x" # mine\n`,
  ],
  [
    'a list on one line',
    list,
    'mcp_servers = [{ name = "other" }]\n',
    `mcp_servers = [{ name = "other" }, ${listed}]\n`,
  ],
  ['an empty list', list, 'mcp_servers = [] # none yet\n', `mcp_servers = [${listed}] # none yet\n`],
  [
    'a list of nothing but a comment',
    list,
    'mcp_servers = [\n  # none yet\n]\n',
    `mcp_servers = [${listed}\n  # none yet\n]\n`,
  ],
  [
    'a list whose last line has a comment',
    list,
    'mcp_servers = [\n  { name = "a" }, # work\n]\n',
    `mcp_servers = [\n  { name = "a" }, # work\n  ${listed},\n]\n`,
  ],
  [
    'a list whose last line has a comment and no comma',
    list,
    'mcp_servers = [\r\n  { name = "a" } # work, mostly\r\n]\r\n',
    `mcp_servers = [\r\n  { name = "a" }, # work, mostly\r\n  ${listed}\r\n]\r\n`,
  ],
  [
    'a list whose bracket stands behind the last one',
    list,
    'mcp_servers = [\n  { name = "a" }]\n',
    `mcp_servers = [\n  { name = "a" },\n  ${listed}]\n`,
  ],
  [
    'a table in braces',
    map,
    'mcp_servers = { other = { command = "npx" } }\n',
    `mcp_servers = { other = { command = "npx" }, time = ${written} }\n`,
  ],
];

for (const [title, place, before, after] of cases)
  test(`TOML: a server goes into ${title}, and out again without a trace`, () => {
    const server = { name: 'time', entry: place.isList ? { name: 'time', ...entry } : entry };
    const text = putServer('toml', { text: before, place }, server);
    assert.equal(text, after);
    assert.equal(removeServer('toml', { text, place }, 'time'), before);
  });

test('TOML: a server that is a value of a table is replaced in its place, and goes out with its line', () => {
  const before = '[mcp_servers]\n# mine\ntime = { command = "uvx" } # old\nother = { command = "npx" }\n';
  const text = putServer('toml', { text: before, place: map }, { name: 'time', entry });
  assert.equal(text, before.replace('{ command = "uvx" }', written));
  assert.equal(
    removeServer('toml', { text, place: map }, 'time'),
    '[mcp_servers]\n# mine\nother = { command = "npx" }\n',
  );
});

test('TOML: a new server beside such values gets a table of its own', () => {
  const before = '[mcp_servers]\nother = { command = "npx" }\n\n[tools]\nweb = true\n';
  const text = putServer('toml', { text: before, place: map }, { name: 'time', entry });
  assert.ok(text.startsWith(before), text);
  assert.deepEqual([...readServers('toml', text, map).keys()], ['other', 'time']);
});

test('TOML: the first and the middle one of a list go out with their commas', () => {
  const three = 'mcp_servers = [{ name = "a" }, { name = "b" }, { name = "c" }]\n';
  for (const [name, left] of [
    ['a', 'mcp_servers = [{ name = "b" }, { name = "c" }]\n'],
    ['b', 'mcp_servers = [{ name = "a" }, { name = "c" }]\n'],
    ['c', 'mcp_servers = [{ name = "a" }, { name = "b" }]\n'],
  ] as const)
    assert.equal(removeServer('toml', { text: three, place: list }, name), left);
});

const left: readonly (readonly [title: string, before: string, after: string])[] = [
  ['of the one in front', '[ {name="a"}, # work\n  {name="b"}, ]', '[ {name="a"}, # work\n  ]'],
  [
    'of the one in front, which keeps no comma',
    '[\n  {name="a"}, # work\n  {name="b"}\n]',
    '[\n  {name="a"} # work\n]',
  ],
  [
    'on both sides, and its own goes',
    '[\n  {name="a"}, # work\n  # next\n  {name="b"}, # own\n  # home\n  {name="c"}, # c\n]',
    '[\n  {name="a"}, # work\n  # next\n  # home\n  {name="c"}, # c\n]',
  ],
  [
    'where commas begin the lines',
    '[\n  {name="a"} # work\n  , {name="b"} # own\n  , {name="c"} # c\n]',
    '[\n  {name="a"} # work\n  , {name="c"} # c\n]',
  ],
  ['of a line with several', '[\n  {name="a"}, {name="b"}, # both\n]', '[\n  {name="a"}, # both\n]'],
  ['of the one behind', '[{name="b"}, # own\n # c\n {name="c"}]', '[# own\n # c\n {name="c"}]'],
];

for (const [what, before, after] of left)
  test(`TOML: a server goes out of a list, and comments stay: ${what}`, () => {
    const text = `mcp_servers = ${before}\n`;
    assert.equal(removeServer('toml', { text, place: list }, 'b'), `mcp_servers = ${after}\n`);
  });

test('TOML: a part of another server in the same braces stays when one goes in and out', () => {
  const before = 'mcp_servers = { a = { command = "x" }, other.command = "npx" }\n';
  const text = putServer('toml', { text: before, place: map }, { name: 'time', entry });
  assert.equal(text, before.replace(' }\n', `, time = ${written} }\n`));
  assert.equal(removeServer('toml', { text, place: map }, 'time'), before);
  assert.equal(
    removeServer('toml', { text: before, place: map }, 'a'),
    'mcp_servers = { other.command = "npx" }\n',
  );
});
