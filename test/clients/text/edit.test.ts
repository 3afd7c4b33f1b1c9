import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFormat, ServersPlace } from '../../../src/clients/text/config-text.ts';
import { putServer, readServers, removeServer } from '../../../src/clients/text/edit.ts';
import { McpcatError } from '../../../src/lib/errors.ts';

const map: ServersPlace = { keyPath: ['mcpServers'], isList: false };
const list: ServersPlace = { keyPath: ['mcpServers'], isList: true };
const tables: ServersPlace = { keyPath: ['mcp_servers'], isList: false };
const elements: ServersPlace = { keyPath: ['mcp_servers'], isList: true };
const entry = { command: '/usr/bin/mcpcat', args: ['run', 'time'] };
const named = { name: 'time', ...entry };

interface Sample {
  readonly format: ConfigFormat;
  readonly place: ServersPlace;
  readonly before: string;
  readonly after: string;
}

const written = (indent: string): string =>
  JSON.stringify(entry, undefined, 2).replaceAll('\n', `\n${indent}`);

const samples: Readonly<Record<string, Sample>> = {
  'an empty file': {
    format: 'json',
    place: map,
    before: '',
    after: `{\n  "mcpServers": {\n    "time": ${written('    ')}\n  }\n}\n`,
  },
  'a file of other settings, with a comment on its last line': {
    format: 'json',
    place: map,
    before: '{\n  "theme": "dark" // mine\n}\n',
    after: `{\n  "theme": "dark", // mine\n  "mcpServers": {\n    "time": ${written('    ')}\n  }\n}\n`,
  },
  'a file with a trailing comma': {
    format: 'json',
    place: map,
    before: '{\n  "mcpServers": {\n    "a": {"command": "x"}, /* keep */\n  },\n}\n',
    after: `{\n  "mcpServers": {\n    "a": {"command": "x"}, /* keep */\n    "time": ${written('    ')},\n  },\n}\n`,
  },
  'a file on one line': {
    format: 'json',
    place: map,
    before: '{"a":1,"mcpServers":{"x":{"command":"y"}}}',
    after: `{"a":1,"mcpServers":{"x":{"command":"y"}, "time": ${JSON.stringify(entry)}}}`,
  },
  'a collection that holds nothing but a comment': {
    format: 'json',
    place: map,
    before: '{\n\t"mcpServers": {\n\t\t// none yet\n\t}\n}\n',
    after: `{\n\t"mcpServers": {\n\t\t// none yet\n\t\t"time": ${JSON.stringify(entry, undefined, '\t').replaceAll('\n', '\n\t\t')}\n\t}\n}\n`,
  },
  'TOML with tables of others': {
    format: 'toml',
    place: tables,
    before: 'model = "x" # mine\n\n[mcp_servers.a]\ncommand = "b"\n\n# the end\n',
    after:
      'model = "x" # mine\n\n[mcp_servers.a]\ncommand = "b"\n\n# the end\n\n[mcp_servers.time]\ncommand = "/usr/bin/mcpcat"\nargs = ["run", "time"]\n',
  },
  'TOML with a list of servers': {
    format: 'toml',
    place: elements,
    before: '[[mcp_servers]]\nname = "a"\ncommand = "b"\n',
    after:
      '[[mcp_servers]]\nname = "a"\ncommand = "b"\n\n[[mcp_servers]]\nname = "time"\ncommand = "/usr/bin/mcpcat"\nargs = ["run", "time"]\n',
  },
  'YAML with a map of servers': {
    format: 'yaml',
    place: map,
    before: 'a: 1\nmcpServers:\n  b:\n    command: c # mine\n# the end\nz: [1,  2]\n',
    after:
      'a: 1\nmcpServers:\n  b:\n    command: c # mine\n  time:\n    command: /usr/bin/mcpcat\n    args:\n      - run\n      - time\n# the end\nz: [1,  2]\n',
  },
  'YAML with a list of servers at the left edge': {
    format: 'yaml',
    place: list,
    before: 'name: x\nmcpServers:\n- name: b\n  command: c\nother: y\n',
    after:
      'name: x\nmcpServers:\n- name: b\n  command: c\n- name: time\n  command: /usr/bin/mcpcat\n  args:\n    - run\n    - time\nother: y\n',
  },
  'YAML whose key is empty': {
    format: 'yaml',
    place: list,
    before: 'name: x\nmcpServers:\nother: y\n',
    after:
      'name: x\nmcpServers:\n  - name: time\n    command: /usr/bin/mcpcat\n    args:\n      - run\n      - time\nother: y\n',
  },
};

for (const [title, { format, place, before, after }] of Object.entries(samples)) {
  const server = { name: 'time', entry: place.isList ? named : entry };
  test(`${title}: a server goes in, and everything else keeps its bytes`, () => {
    assert.equal(putServer(format, { text: before, place }, server), after);
  });

  test(`${title}: Windows line ends and a byte order mark stay`, () => {
    const windows = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    // A file without any line end has none to keep.
    const expected = before.includes('\n') ? windows(after) : `\uFEFF${after}`;
    assert.equal(putServer(format, { text: windows(before), place }, server), expected);
  });

  test(`${title}: what went in comes out, whatever is there besides`, () => {
    const without = removeServer(format, { text: after, place }, 'time');
    assert.deepEqual([...readServers(format, without, place)], [...readServers(format, before, place)]);
    for (const comment of before.match(/(?:\/\/|#).*|\/\*.*?\*\//g) ?? [])
      assert.ok(without.includes(comment), `${comment} is gone from ${without}`);
  });

  test(`${title}: put in again, changed, it keeps its place`, () => {
    const changed = { ...server.entry, args: ['run', 'time', '--quiet'], env: { TZ: 'UTC' } };
    const again = putServer(format, { text: after, place }, { name: 'time', entry: changed });
    assert.deepEqual(readServers(format, again, place).get('time'), changed);
    assert.equal(putServer(format, { text: again, place }, { name: 'time', entry: changed }), again);
  });
}

test('a server in the middle goes out without its neighbours', () => {
  const text =
    '{\n  "mcpServers": {\n    "a": {}, // of a\n    "b": {\n      "command": "x"\n    },\n    // of c\n    "c": {}\n  }\n}\n';
  assert.equal(
    removeServer('json', { text, place: map }, 'b'),
    '{\n  "mcpServers": {\n    "a": {}, // of a\n    // of c\n    "c": {}\n  }\n}\n',
  );
  assert.equal(
    removeServer('json', { text, place: map }, 'c'),
    '{\n  "mcpServers": {\n    "a": {}, // of a\n    "b": {\n      "command": "x"\n    }\n    // of c\n  }\n}\n',
  );
});

test('a TOML server goes out with its sub-tables; the comment of the next one stays', () => {
  const text =
    '[mcp_servers.a]\ncommand = "x"\n\n[mcp_servers.a.env]\nK = """\n[mcp_servers.b]\n"""\n\n# of b\n[mcp_servers.b]\ncommand = "y"\n';
  assert.equal(
    removeServer('toml', { text, place: tables }, 'a'),
    '# of b\n[mcp_servers.b]\ncommand = "y"\n',
  );
});

test('whatever else a TOML file holds, its servers are read and put in (smol-toml refuses integers beyond 2^53 unasked)', () => {
  const others = [
    'most = 9223372036854775807',
    'least = -9223372036854775808',
    'bits = 0xdeadbeefdeadbee',
    'never = inf',
    'none = nan',
    'day = 1979-05-27',
    'second = 1979-05-27T07:32:00.999999999Z',
    'hour = 07:32',
    'bell = "\\u0007"',
    'table = {\n  a = 1, # 1.1\n}',
  ].join('\n');
  const text = `${others}\n\n[mcp_servers.other]\ncommand = "x"\n`;
  const read = readServers('toml', text, tables);
  assert.deepEqual([...read], [['other', { command: 'x' }]]);
  const put = putServer('toml', { text, place: tables }, { name: 'time', entry });
  assert.ok(put.startsWith(text.trimEnd()), put);
  assert.equal(removeServer('toml', { text: put, place: tables }, 'time').trimEnd(), text.trimEnd());
});

const broken: readonly (readonly [string, ConfigFormat, string, RegExp])[] = [
  ['a missing brace', 'json', '{\n  "mcpServers": {\n', /^line 3, column 1: close brace expected$/],
  ['a list at the top', 'json', '[]', /^line 1, column 1: expected an object, found an array$/],
  [
    'servers that are a list',
    'json',
    '{\n  "mcpServers": []\n}',
    /^line 2, column 17: expected an object as "mcpServers", found an array$/,
  ],
  [
    'a key that is there twice',
    'json',
    '{"mcpServers": {}, "mcpServers": {}}',
    /"mcpServers" is there a second time$/,
  ],
  ['half a TOML value', 'toml', 'a = 1\nb =\n', /^line [23], column \d+: not TOML: /],
  [
    'a TOML server inside another table',
    'toml',
    '[mcp_servers]\ntime.command = "x"\n',
    /"time" is written inside another table/,
  ],
  ['a YAML key twice', 'yaml', 'a: 1\na: 2\n', /^line 2, column 1: not YAML: /],
  [
    'YAML servers that are text',
    'yaml',
    'mcpServers: yes please\n',
    /expected a map of servers as "mcpServers"$/,
  ],
];

for (const [title, format, text, message] of broken)
  test(`${title} is refused with its place, and no text is made`, () => {
    const place = format === 'toml' ? tables : map;
    assert.throws(
      () => putServer(format, { text, place }, { name: 'time', entry }),
      (error: unknown) =>
        error instanceof McpcatError && error.code === 'client-file-invalid' && message.test(error.message),
    );
  });

test('a name that a file has twice is taken out by nobody but a person, who may mean either', () => {
  const text = '{"mcpServers": {"time": {"command": "npx"}, "time": {"command": "/x/mcpcat"}}}';
  assert.throws(
    () => removeServer('json', { text, place: { keyPath: ['mcpServers'], isList: false } }, 'time'),
    (error) =>
      error instanceof McpcatError &&
      error.code === 'client-file-invalid' &&
      /two servers "time"/.test(error.message),
  );
});
