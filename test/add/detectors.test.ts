import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, type Evidence } from '../../src/evidence/gather.ts';
import { initialDraft } from '../../src/add/initial.ts';
import { guesses } from '../../src/add/detectors/guesses.ts';
import type { Detection, Situation } from '../../src/add/detectors/detection.ts';
import { limits } from '../../src/add/detectors/limits.ts';
import { missingArguments } from '../../src/add/detectors/missing-arguments.ts';
import { missingFiles } from '../../src/add/detectors/missing-files.ts';
import { missingPrograms, missingScripts, missingShell } from '../../src/add/detectors/missing-programs.ts';
import { missingIn, missingSettings } from '../../src/add/detectors/missing-settings.ts';
import { newerDependencies, newerMajors } from '../../src/add/detectors/newer-dependencies.ts';
import { refusedWrites } from '../../src/add/detectors/refused-writes.ts';
import { noisy, speaksHttp } from '../../src/add/detectors/transport.ts';
import type { Package } from '../../src/package/package.ts';
import type { Seen } from '../../src/add/start.ts';
import { wrongValues } from '../../src/add/detectors/wrong-values.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { descriptionOf } from '../../src/add/settings.ts';
import { own } from '../evidence/package.ts';

const nothing: Seen = {
  failure: 'MCP error -32000: Connection closed',
  tools: [],
  uses: [],
  nonProtocolLines: [],
  stderr: [],
  exitCode: 1,
  outOfMemory: false,
  hosts: [],
  writes: { inside: [], outside: [], refused: [] },
  processes: [],
};

function situation(
  seen: Partial<Seen>,
  about: Partial<Package> = {},
  scripts: readonly string[] = [],
): Situation {
  const pkg = own(about);
  const evidence = gather(pkg);
  const draft = initialDraft(pkg, evidence, {
    name: 'thing',
    source: 'npm:thing',
    command: undefined,
    args: undefined,
    env: {},
  });
  assert.ok(draft);
  return {
    seen: { ...nothing, ...seen },
    draft,
    evidence,
    own: pkg,
    lock: { scripts: [...scripts], bin: { thing: 'x' }, runtime: 'node' },
    allowedScripts: [],
  };
}

function said(text: string, about: Partial<Package> = {}): Situation {
  return situation({ stderr: text.split('\n') }, about);
}

function applied(one: Situation, detections: readonly Detection[]): Situation['draft']['entry'] {
  return detections.reduce((draft, detection) => detection.apply(draft), one.draft).entry;
}

const source = (...names: string[]): Partial<Package> => ({
  files: [{ path: 'index.js', text: names.map((name) => `process.env.${name}`).join(';') }],
});

/** What real servers and libraries say when a setting is missing. */
const complaints: readonly (readonly [text: string, names: readonly string[], known?: readonly string[]])[] =
  [
    ['Error: BRAVE_API_KEY environment variable is required', ['BRAVE_API_KEY']],
    [
      'Missing required environment variables: TRELLO_API_KEY, TRELLO_TOKEN',
      ['TRELLO_API_KEY', 'TRELLO_TOKEN'],
    ],
    ['Please set the NOTION_TOKEN environment variable', ['NOTION_TOKEN']],
    ['Error: Either SLACK_BOT_TOKEN or SLACK_USER_TOKEN must be set', ['SLACK_BOT_TOKEN']],
    [
      'Missing required environment variables:\n  - LINEAR_API_KEY\n  - LINEAR_TEAM_ID\n',
      ['LINEAR_API_KEY', 'LINEAR_TEAM_ID'],
    ],
    ["KeyError: 'OPENWEATHER_API_KEY'", ['OPENWEATHER_API_KEY']],
    ['ValueError: JIRA_URL must be set', ['JIRA_URL']],
    [
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\napi_key\n  Field required [type=missing, input_value={}, input_type=dict]',
      ['THING_API_KEY'],
      ['THING_API_KEY'],
    ],
    ['1 validation error for Config\nGITEA_TOKEN\n  Field required [type=missing]', ['GITEA_TOKEN']],
    [
      'ZodError: [\n  {\n    "code": "invalid_type",\n    "expected": "string",\n    "received": "undefined",\n    "path": [\n      "API_TOKEN"\n    ],\n    "message": "Required"\n  }\n]',
      ['API_TOKEN'],
    ],
    [
      "  issues: [\n    {\n      code: 'invalid_type',\n      path: [ 'apiToken' ],\n      message: 'Required'\n    }",
      ['THING_API_TOKEN'],
      ['THING_API_TOKEN'],
    ],
    ['✖ Invalid input: expected string, received undefined\n  → at MAPS_KEY', ['MAPS_KEY'], ['MAPS_KEY']],
    ['env: required environment variable "BUILDKITE_API_TOKEN" is not set', ['BUILDKITE_API_TOKEN']],
    ['2026/01/01 12:00:00 PROMETHEUS_URL is not set', ['PROMETHEUS_URL']],
    ['[ERROR] No GITLAB_PERSONAL_ACCESS_TOKEN provided', ['GITLAB_PERSONAL_ACCESS_TOKEN']],
    [
      '\u001B[31mFatal: set TWILIO_ACCOUNT_SID before you start\u001B[0m',
      ['TWILIO_ACCOUNT_SID'],
      ['TWILIO_ACCOUNT_SID'],
    ],
    ['API key is required. See the docs.', ['THING_API_KEY'], ['THING_API_KEY', 'THING_MODE']],
    ['Error: connect ECONNREFUSED 127.0.0.1:5432', []],
    ['TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string. Received undefined', []],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x'", []],
  ];

for (const [text, names, known = []] of complaints)
  test(`"${text.split('\n')[0] ?? ''}" asks for ${names.join(' and ') || 'no setting'}`, () => {
    const one = said(text, source(...known));
    const entry = applied(one, missingSettings(one));
    assert.deepEqual(Object.keys(entry.env), names);
    for (const name of names) assert.equal(entry.env[name]?.required, true);
  });

test('what a message says of a value is heeded, also for a setting that is there already', () => {
  const settings = new Map() as Evidence['settings'];
  const shapes = (text: string): unknown => missingIn(text, { settings })[0]?.shape;
  assert.equal(shapes('{"path": ["X_URL"], "message": "Invalid url"}'), 'url');
  assert.equal(shapes('{"path": ["X_ID"], "message": "Invalid uuid"}'), 'uuid');
  assert.equal(shapes('X_KEY must be at least 32 characters'), 'long');
  assert.equal(shapes('X_API_KEY is required'), undefined);
  const one = said('THING_API_KEY must be at least 32 characters', {
    readme: '{"command": "npx", "args": ["thing"], "env": {"THING_API_KEY": "sk-your-key"}}',
  });
  assert.equal(one.draft.entry.env['THING_API_KEY']?.example, 'sk-example0123456789abcdef012345678');
  assert.match(applied(one, missingSettings(one)).env['THING_API_KEY']?.example ?? '', /^sk-example0{64}$/);
});

test('a setting that most tools ask for is required, one that few ask for is not', () => {
  const use = (name: string, text: string): Seen['uses'][number] => ({ name, outcome: 'error', text });
  const asking = situation(
    {
      failure: undefined,
      uses: [
        use('a', 'THING_API_KEY is not set'),
        use('b', 'THING_API_KEY is not set'),
        use('c', 'OTHER_TOKEN is missing'),
      ],
    },
    source('THING_API_KEY', 'OTHER_TOKEN'),
  );
  const { env } = applied(asking, missingSettings(asking));
  assert.equal(env['THING_API_KEY']?.required, true);
  assert.equal(env['OTHER_TOKEN']?.required, false);
});

test('a required path becomes a folder of the user’s, an address a host', () => {
  const readme =
    '{"command": "npx", "args": ["thing"], "env": {"VAULT_PATH": "/path/to/vault", "THING_URL": "https://your-thing.example.org"}}';
  const { entry } = said('', { readme }).draft;
  assert.deepEqual(
    entry.permissions.mounts.map(({ target, mode, required }) => [target, mode, required]),
    [['/data', 'rw', true]],
  );
  assert.equal(entry.env['VAULT_PATH']?.default, '/data');
  assert.deepEqual(entry.permissions.network, ['{THING_URL}']);
});

for (const [text, args, smoke] of [
  ['error: the following arguments are required: --root-dir, --query', '--root-dir /data', '--query example'],
  ["error: required option '--workspace <path>' not specified", '--workspace /data', ''],
  ["error: missing required argument 'directory'", '/data', ''],
  ["Error: Missing argument 'DATABASE_URL'.", '', 'postgresql://user:example@db.example.com:5432/example'],
  ['Error: required flag(s) "project-dir" not set', '--project-dir /data', ''],
  ['Usage: mcp-server-filesystem <allowed-directory> [additional-directories...]', '/data', ''],
] as const)
  test(`"${text}" asks for an argument`, () => {
    const one = said(text);
    const entry = applied(one, missingArguments(one));
    assert.equal(entry.args.join(' '), args);
    assert.equal(entry.smoke.args.join(' '), smoke);
    assert.equal(entry.permissions.mounts.length, args === '' ? 0 : 1);
  });

test('an option that a setting can stand for is set by that', () => {
  const one = said('error: the following arguments are required: --api-key', source('THING_API_KEY'));
  assert.equal(applied(one, missingArguments(one)).env['THING_API_KEY']?.required, true);
});

test('a setting that an option does not listen to makes room for the option', () => {
  const one = said("Error: Missing option '--base-url'.", source('THING_BASE_URL'));
  const first = applied(one, missingArguments(one));
  assert.deepEqual(first.permissions.network, ['{THING_BASE_URL}']);
  const two = { ...one, draft: { entry: first, justifications: [] } };
  const second = applied(two, missingArguments(two));
  assert.deepEqual(Object.keys(second.env), []);
  assert.deepEqual(second.smoke.args, ['--base-url', 'https://server.example.com']);
  assert.deepEqual(second.permissions.network, ['*']);
});

test('an option for an address gets the port that documents have', () => {
  const readme = '```bash\nexport THING_BASE_URL="http://localhost:32400"\n```';
  const about = { ...source('THING_BASE_URL'), readme };
  const one = said("Error: Missing option '--base-url'.", about);
  const two = { ...one, draft: { entry: applied(one, missingArguments(one)), justifications: [] } };
  const { smoke, permissions } = applied(two, missingArguments(two));
  assert.deepEqual(smoke.args, ['--base-url', 'http://server.example.com:32400']);
  assert.deepEqual(permissions.network, ['*:32400']);
});

test('of a list of which one is enough, the one that needs no file', () => {
  const text =
    'Error: no credentials found. Please set one of:\n- THING_KEY_FILE (a file)\n- THING_KEY (a string)\n';
  assert.deepEqual(
    missingIn(text, { settings: new Map() }).map(({ name }) => name),
    ['THING_KEY'],
  );
});

test('what a line says of one setting is not said of the next', () => {
  const line =
    'Validation failed: THING_USER: required; THING_TOKEN: must be at least 20 characters; THING_NAME: must be 60 characters or less';
  assert.deepEqual(
    missingIn(line, { settings: new Map() }).map(({ name, shape }) => [name, shape]),
    [
      ['THING_USER', undefined],
      ['THING_TOKEN', 'long'],
      ['THING_NAME', 'text'],
    ],
  );
});

test('a description that says nothing gives way to the name', () => {
  const described = (description: string): string =>
    descriptionOf('THING_PATH', {
      name: 'THING_PATH',
      description,
      value: undefined,
      fallback: undefined,
      required: undefined,
      secret: false,
      witnesses: ['readme'],
      always: false,
    });
  assert.equal(described('default `/metrics`)'), 'Thing Path');
  assert.equal(described('explained'), 'Thing Path');
  assert.equal(described('where it looks (required)'), 'Where it looks');
});

test('where a program is stays out of the arguments, and its own address out of the hosts', () => {
  const readme = `{"command": "npx", "args": ["thing", "--dir", "/path/to/work", "--python-path", "/path/to/python"]}

| Name | Description |
| --- | --- |
| \`THING_BASE_URL\` | The base URL where the server is accessible, default \`https://thing.io\` |`;
  const { entry } = said('', { readme, ...source('THING_BASE_URL') }).draft;
  assert.deepEqual(entry.args, ['--dir', '/data']);
  assert.ok('THING_BASE_URL' in entry.env);
  assert.deepEqual(entry.permissions.network, []);
});

test('a file of the user’s that it reads at its start is there for the smoke test, empty', () => {
  const readme = '{"command": "npx", "args": ["thing", "--accounts", "/path/to/accounts.json"]}';
  const one = said("FileNotFoundError: [Errno 2] No such file or directory: '/data/accounts.json'", {
    readme,
  });
  assert.deepEqual(applied(one, missingFiles(one)).smoke.files, { 'data/accounts.json': '{}' });
  for (const line of [
    "FileNotFoundError: [Errno 2] No such file or directory: '/elsewhere/accounts.json'",
    "Error: ENOENT: no such file or directory, open '/data/key.pem'",
  ])
    assert.deepEqual(missingFiles(said(line, { readme })), [], line);
});

test('a secret that is a file becomes a folder', () => {
  const readme =
    '{"command": "npx", "args": ["thing"], "env": {"THING_CREDENTIALS": "/path/to/service-account.json"}}';
  const { entry } = said('', { readme }).draft;
  assert.equal(entry.env['THING_CREDENTIALS']?.default, '/config/service-account.json');
  assert.deepEqual(
    entry.permissions.mounts.map(({ target, mode }) => [target, mode]),
    [['/config', 'ro']],
  );
});

test('refused writes become folders: state for what is kept, memory for caches and logs', () => {
  const one = said(
    "Error: EROFS: read-only file system, mkdir '/home/mcpcat/.thing/data'\nOSError: [Errno 30] Read-only file system: '/home/mcpcat/.cache/thing/index'\nEACCES: permission denied, mkdir '/var/log/thing'\nEROFS: read-only file system, open '/app/node_modules/x/y.json'",
  );
  const { permissions } = applied(one, refusedWrites(one));
  assert.deepEqual(
    permissions.state.map(({ name, target }) => [name, target]),
    [['thing', '/home/mcpcat/.thing']],
  );
  assert.deepEqual(permissions.writable, ['/tmp', '/home/mcpcat/.cache/thing', '/var/log/thing']);
});

test('a read-only file system is understood however it is said', () => {
  const one = said('Unable to created lance dataset at ./lancedb/: Read-only file system (os error 30)');
  assert.deepEqual(
    applied(one, refusedWrites(one)).permissions.state.map(({ target }) => target),
    ['/home/mcpcat/lancedb'],
  );
  const bare = said('sqlite3.OperationalError: unable to open database file');
  assert.deepEqual(
    refusedWrites(bare).map(({ what }) => what),
    ['writes /home/mcpcat'],
  );
});

test('what it wrote while its home was open is detected without another start', () => {
  const one = situation({
    failure: undefined,
    writes: { inside: [], outside: ['/home/mcpcat/.thing/notes.db'], refused: [] },
  });
  const detections = refusedWrites(one);
  assert.deepEqual(
    detections.map(({ quiet }) => quiet),
    [true],
  );
  assert.deepEqual(
    applied(one, detections).permissions.state.map(({ target }) => target),
    ['/home/mcpcat/.thing'],
  );
});

test('missing programs and libraries are Debian packages; a shell and package managers never are', () => {
  const one = said(
    'Error: spawn git ENOENT\nexec: "rg": executable file not found in $PATH\nImportError: libgomp.so.1: cannot open shared object file: No such file or directory\nError: spawn /bin/sh ENOENT\nError: spawn npm ENOENT\nFileNotFoundError: [Errno 2] No such file or directory: \'ffmpeg\'',
  );
  assert.deepEqual(applied(one, missingPrograms(one)).system, ['git', 'ripgrep', 'libgomp1', 'ffmpeg']);
});

test('a native module without its compiled part needs its install script, which a person has to allow', () => {
  const refused = situation(
    { stderr: ['Error: Could not locate the bindings file. Tried: better_sqlite3.node'] },
    {},
    ['better-sqlite3', 'protobufjs'],
  );
  assert.throws(
    () => applied(refused, missingScripts(refused)),
    (error) => error instanceof McpcatError && error.code === 'script-not-allowed',
  );
  const one = { ...refused, allowedScripts: ['better-sqlite3'] };
  assert.deepEqual(
    applied(one, missingScripts(one)).scripts.map(({ package: name }) => name),
    ['better-sqlite3'],
  );
});

test('the code of an error is no setting, also where it ends like one', () => {
  for (const line of [
    'TypeError [ERR_INVALID_URL]: Invalid URL must be absolute',
    "{ code: 'ERR_INVALID_URL', input: 'undefined' } is invalid",
    "Error: request failed, code: 'INVALID_API_KEY', a key is required",
    'Error: UNABLE_TO_GET_ISSUER_CERT_NAME is required',
    "{'code': 'MISSING_TOKEN'} must be provided",
  ])
    assert.deepEqual(missingIn(line, { settings: new Map() }), [], line);
  const [found] = missingIn('SOME_API_KEY is required (code: INVALID_API_KEY)', { settings: new Map() });
  assert.equal(found?.name, 'SOME_API_KEY');
});

test('limits are raised one step at a time, up to a bound', () => {
  const small = situation({ outOfMemory: true });
  const once = { ...small, draft: { ...small.draft, entry: applied(small, limits(small)) } };
  assert.equal(once.draft.entry.limits.memory, '1g');
  const max = {
    ...once,
    draft: {
      ...once.draft,
      entry: { ...once.draft.entry, limits: { ...once.draft.entry.limits, memory: '3g' } },
    },
  };
  assert.deepEqual(limits(max), []);
  const threads = said("RuntimeError: can't start new thread");
  assert.equal(applied(threads, limits(threads)).limits.pids, 256);
});

test('a server that only listens is spoken to over HTTP', () => {
  const one = situation({ exitCode: undefined, stderr: ['MCP server running on http://127.0.0.1:8931/mcp'] });
  assert.deepEqual(applied(one, speaksHttp(one)).transport, { http: { port: 8931, path: '/mcp', env: {} } });
  const uvicorn = situation({
    exitCode: undefined,
    stderr: ['INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)'],
  });
  assert.equal(applied(uvicorn, speaksHttp(uvicorn)).transport?.http.port, 8000);
  assert.deepEqual(
    speaksHttp(situation({ stderr: ['Server running on port 3000'] })),
    [],
    'one that has ended listens no more',
  );
});

test('a banner on stdout is declared, with its words', () => {
  const one = situation({ failure: undefined, nonProtocolLines: ['Welcome to Thing!'] });
  const [exception] = applied(one, noisy(one)).exceptions;
  assert.equal(exception?.finding, 'stdout-noise');
  assert.match(exception?.reason ?? '', /Welcome to Thing!/);
});

test('where nothing was detected, usage words come first, then documented starts, then settings', () => {
  const readme = '```\nnpx thing serve --fast\n```\n\n| `THING_KEY` | the key |\n';
  const one = situation(
    { stderr: ['usage: thing [-h] {stdio,sse} ...', 'thing: error: choose from stdio, sse'] },
    { readme, ...source('THING_KEY') },
  );
  const keys = guesses(one).map(({ key }) => key);
  assert.equal(keys[0], 'args stdio / ');
  assert.ok(keys.indexOf('args serve --fast / ') < keys.indexOf('settings THING_KEY'), keys.join('\n'));
});

test('a value that it does not like is made longer, with the beginning that message or source name', () => {
  const readme = '{"command": "npx", "args": ["thing"], "env": {"THING_ACCESS_TOKEN": "your-token"}}';
  const example = (text: string, code: string): string | undefined => {
    const one = said(text, {
      readme,
      files: [{ path: 'index.js', text: `process.env.THING_ACCESS_TOKEN;${code}` }],
    });
    return applied(one, wrongValues(one)).env['THING_ACCESS_TOKEN']?.example;
  };
  assert.match(
    example('Error: Invalid access token format.', 'if (!t.startsWith("tha_")) throw 1;') ?? '',
    /^tha_example0+$/,
  );
  assert.match(example('token must start with "xyz-"', '') ?? '', /^xyz-example0+$/);
  assert.equal(example('connection refused', ''), 'example0123456789abcdef012345678');
});

test('an old release that breaks with the libraries of today gets those of its own time', () => {
  const failing = (line: string, published: string): readonly Detection[] =>
    newerDependencies({
      ...situation({ stderr: ['Traceback (most recent call last):', line] }),
      published,
      lock: { scripts: [], bin: {}, runtime: 'python' },
    });
  const [detection] = failing(
    "AttributeError: 'Server' object has no attribute 'list_resources'",
    '2024-12-04T00:00:00Z',
  );
  const [mild] = newerMajors({
    ...situation({ stderr: ["ModuleNotFoundError: No module named 'mcp.server.fastmcp'"] }),
    published: '2024-12-04T00:00:00Z',
    lock: { scripts: [], bin: {}, runtime: 'python' },
  });
  const milder = mild?.apply(situation({}).draft);
  assert.equal(milder?.majorsOf?.toISOString().slice(0, 10), '2024-12-05');
  const all = detection?.apply(milder);
  assert.equal(all?.majorsOf, undefined);
  assert.equal(all?.justifications.filter(({ field }) => field === 'lock').length, 1);
  assert.equal(detection?.renews, 'lock');
  assert.equal(detection.apply(situation({}).draft).before?.toISOString().slice(0, 10), '2024-12-18');
  assert.equal(
    failing('TypeError: FastMCP() no longer accepts `log_level`.', '2024-12-04T00:00:00Z').length,
    1,
  );
  assert.equal(
    failing("TypeError: argument of type 'NoneType' is not iterable", '2024-12-04T00:00:00Z').length,
    0,
  );
  assert.equal(
    failing("ImportError: cannot import name 'x'", new Date().toISOString()).length,
    0,
    'a young one was made with them',
  );
});

test('a shell is nothing that an image has, and that is said', () => {
  const use = { name: 'search', outcome: 'error', text: 'Error: spawn /bin/sh ENOENT' } as const;
  const one = situation({ failure: undefined, uses: [use] });
  const [detection] = missingShell(one);
  assert.match(detection?.apply(one.draft).justifications.at(-1)?.why ?? '', /no image has a shell/);
  assert.deepEqual(missingPrograms(one), []);
});

test('a database in its home is kept, a log there is not', () => {
  const wrote = (file: string): Seen['writes'] => ({ inside: [], outside: [file], refused: [] });
  const kept = situation({ failure: undefined, writes: wrote('/home/mcpcat/memory.db') });
  assert.deepEqual(
    applied(kept, refusedWrites(kept)).permissions.state.map(({ target }) => target),
    ['/home/mcpcat'],
  );
  const log = situation({ failure: undefined, writes: wrote('/home/mcpcat/server.log') });
  assert.deepEqual(applied(log, refusedWrites(log)).permissions.writable, ['/tmp', '/home/mcpcat']);
});
