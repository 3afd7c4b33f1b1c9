import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientConfigurations } from '../../src/evidence/client-configurations.ts';
import { gather } from '../../src/evidence/gather.ts';
import { manifests } from '../../src/evidence/manifests.ts';
import { serverWords } from '../../src/evidence/server-words.ts';
import { settingTables } from '../../src/evidence/setting-tables.ts';
import { shellLines } from '../../src/evidence/shell-lines.ts';
import { sourceHosts } from '../../src/evidence/source-hosts.ts';
import { sourceSettings } from '../../src/evidence/source-settings.ts';
import { own } from './package.ts';

const pkg = { name: '@scope/thing-mcp', bins: ['thing-mcp'] };

for (const [line, args] of [
  ['npx -y @scope/thing-mcp@latest --stdio', '--stdio'],
  ['npx -y -p @scope/thing-mcp thing-mcp serve', 'serve'],
  ['/usr/local/bin/thing-mcp stdio', 'stdio'],
  ['node /path/to/thing/dist/index.js /data', '/data'],
  ['docker run -i --rm -e KEY ghcr.io/scope/thing-mcp:1.0 stdio', 'stdio'],
  ['npx -y mcp-remote https://mcp.example.com', undefined],
  ['npx -y @other/thing-mcp', undefined],
] as const)
  test(`of "${line}" the server gets ${args ?? 'nothing: it is another one'}`, () => {
    assert.equal(serverWords(line.split(' '), pkg)?.args.join(' '), args);
  });

test('a client configuration is read with comments, trailing commas and Windows paths', () => {
  const text = `
\`\`\`jsonc
{
  "mcpServers": {
    "thing": {
      "command": "npx", // of npm
      "args": ["-y", "@scope/thing-mcp", "C:\\Users\\me\\data",],
      "env": { "THING_API_KEY": "your-key", "THING_URL": "https://thing.example.org" },
    },
    "other": {"command": "npx", "args": ["-y", "@other/mcp"], "env": {"OTHER": "1"}}
  }
}
\`\`\``;
  const [only, ...more] = clientConfigurations(text, pkg);
  assert.deepEqual(more, []);
  assert.deepEqual(only?.args, ['C:\\Users\\me\\data']);
  assert.deepEqual(only?.env, { THING_API_KEY: 'your-key', THING_URL: 'https://thing.example.org' });
});

test('cmd /c, a TOML table and a list as command are the same thing', () => {
  const cmd = clientConfigurations(
    '{"command": "cmd", "args": ["/c", "npx", "-y", "@scope/thing-mcp", "mcp"]}',
    pkg,
  );
  assert.deepEqual(cmd[0]?.args, ['mcp']);
  const toml = clientConfigurations(
    '[mcp_servers.thing]\ncommand = "npx"\nargs = ["-y", "@scope/thing-mcp"]\n[mcp_servers.thing.env]\nTHING_TOKEN = "abc"\n',
    pkg,
  );
  assert.deepEqual(toml[0]?.env, { THING_TOKEN: 'abc' });
  const list = clientConfigurations(
    '{"type": "local", "command": ["npx", "-y", "@scope/thing-mcp", "--x"], "environment": {"A_B": "1"}}',
    pkg,
  );
  assert.deepEqual(list[0], { witness: 'readme', args: ['--x'], command: 'thing-mcp', env: { A_B: '1' } });
});

test('shell lines tell starts, and exports tell settings', () => {
  const text =
    '```bash\nexport THING_TOKEN="abc" # optional\nTHING_URL=https://x.example.org npx -y @scope/thing-mcp --read-only\nnpm install -g @scope/thing-mcp\nclaude mcp add thing -e THING_KEY=k -- npx -y @scope/thing-mcp\n```';
  const { starts, settings } = shellLines(text, pkg);
  assert.deepEqual(
    starts.map(({ args, env }) => ({ args, env })),
    [
      { args: ['--read-only'], env: { THING_URL: 'https://x.example.org' } },
      { args: [], env: { THING_KEY: 'k' } },
    ],
  );
  assert.deepEqual(
    settings.map(({ name, required }) => [name, required]),
    [['THING_TOKEN', false]],
  );
});

test('tables and lists tell what a setting is for and whether it is required', () => {
  const found = settingTables(
    [
      '| Variable | Description | Required | Default |',
      '| `THING_API_KEY` | The key of your account | Yes | - |',
      '| THING_REGION | Region to ask | No | `eu` |',
      '- `THING_TIMEOUT` (optional): seconds to wait, default: `30`',
      '- **`THING_URL`** - Required. Address of the instance',
      '- `NODE_ENV`: production',
      '- `THING_MODE=fast` drops all checks',
      '- `THING_PLACE` is read first',
      '- `THING_SIZE` - how large it is, and',
      '  how wide',
      '> By the way, `THING_USER` is optional.',
    ].join('\n'),
  );
  assert.deepEqual(
    found.map(({ name, required, description, fallback }) => [name, required, description, fallback]),
    [
      ['THING_API_KEY', true, 'The key of your account', undefined],
      ['THING_REGION', false, 'Region to ask', undefined],
      ['THING_TIMEOUT', false, 'seconds to wait, default: 30', '30'],
      ['THING_URL', true, 'Address of the instance', undefined],
      ['THING_MODE', undefined, 'drops all checks', undefined],
      ['THING_PLACE', undefined, undefined, undefined],
      ['THING_SIZE', undefined, 'how large it is, and how wide', undefined],
      ['THING_USER', false, undefined, undefined],
    ],
  );
});

test('server.json, a bundle manifest and smithery.yaml are read; what is none of them says nothing', () => {
  const serverJson = {
    packages: [
      {
        identifier: '@scope/thing-mcp',
        packageArguments: [
          { type: 'positional', value: 'stdio' },
          { type: 'named', name: '--root', valueHint: 'path', isRequired: true },
        ],
        environmentVariables: [
          { name: 'THING_TOKEN', description: 'A token', isRequired: true, isSecret: true },
        ],
      },
    ],
  };
  const bundle = {
    server: { mcp_config: { args: ['${__dirname}/index.js'], env: { THING_MODE: '${user_config.mode}' } } },
    user_config: { mode: { description: 'How', required: false, default: 'fast' } },
  };
  const smithery =
    'startCommand:\n  configSchema:\n    required: [apiKey]\n    properties:\n      apiKey: {description: The key}\n  commandFunction: "(config) => ({command: \'node\', env: {THING_KEY: config.apiKey}})"\n';
  const files = [
    { path: 'server.json', text: JSON.stringify(serverJson) },
    { path: 'manifest.json', text: JSON.stringify(bundle) },
    { path: 'smithery.yaml', text: smithery },
    { path: 'dist/manifest.json', text: '{"manifest_version": 3}' },
    { path: 'x/server.json', text: 'not JSON' },
  ];
  const { settings, starts } = manifests({ name: '@scope/thing-mcp', files });
  assert.deepEqual(
    settings.map(({ name, required, secret, fallback }) => [name, required, secret, fallback]),
    [
      ['THING_TOKEN', true, true, undefined],
      ['THING_MODE', false, undefined, 'fast'],
      ['THING_KEY', true, undefined, undefined],
    ],
  );
  assert.deepEqual(starts[0]?.args, ['stdio', '--root', '<path>']);
});

test('settings are found in the source of all three languages, with their fallbacks', () => {
  const files = [
    {
      path: 'dist/index.js',
      text: 'const a = process.env.THING_KEY; const b = process.env["THING_URL"] ?? "https://api.thing.example"; const { THING_MODE = "fast", THING_ID } = process.env; process.env.NODE_ENV',
    },
    {
      path: 'thing/config.py',
      text: 'import os\nX = os.environ["PY_KEY"]\nY = os.getenv("PY_REGION", "eu")\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="PYD_")\n    api_key: str\n    timeout: int = 3\n',
    },
    {
      path: 'main.go',
      text: 'os.Getenv("GO_TOKEN"); os.LookupEnv("GO_URL"); type c struct { A string `env:"GO_MODE,required"` }',
    },
    { path: 'test/x.test.js', text: 'process.env.ONLY_IN_A_TEST' },
  ];
  const found = new Map(sourceSettings(files).map(({ name, fallback }) => [name, fallback]));
  assert.deepEqual([...found.keys()].toSorted(), [
    'GO_MODE',
    'GO_TOKEN',
    'GO_URL',
    'PYD_API_KEY',
    'PYD_TIMEOUT',
    'PY_KEY',
    'PY_REGION',
    'THING_ID',
    'THING_KEY',
    'THING_MODE',
    'THING_URL',
  ]);
  assert.equal(found.get('THING_URL'), 'https://api.thing.example');
  assert.equal(found.get('THING_MODE'), 'fast');
  assert.equal(found.get('PY_REGION'), 'eu');
});

test('hosts come from literals that begin with them; prose, documentation, schemas and telemetry do not count', () => {
  const text = [
    'const base = "https://api.thing.io/v1";',
    'const regional = `https://${region}.thing.cloud/x`;',
    'const plain = "http://old.thing.io/v0";',
    'throw new Error("Get a key at https://app.thing.io/keys");',
    'const docs = "https://docs.thing.io/";',
    'const schema = "https://json-schema.org/draft";',
    'const issue = "https://github.com/owner/repo/issues";',
    'const local = "http://localhost:3000/";',
    'track("https://app.posthog.com/capture");',
    'update("https://registry.npmjs.org/thing");',
    'help = "https://thing.io/pricing to see what it costs"',
  ].join('\n');
  const found = sourceHosts([{ path: 'index.js', text }], 'thing-mcp');
  assert.deepEqual(
    found.hosts.map(({ rule }) => rule),
    ['api.thing.io', '*.thing.cloud', 'old.thing.io:80'],
  );
  assert.deepEqual(
    found.telemetry.map(({ rule }) => rule),
    ['app.posthog.com', 'registry.npmjs.org'],
  );
  assert.ok(found.mentioned.some(({ rule }) => rule === 'docs.thing.io'));
});

test('what all witnesses say of a setting is put together', () => {
  const readme =
    '```json\n{"command": "npx", "args": ["-y", "thing"], "env": {"THING_KEY": "your-key", "THING_MODE": "fast"}}\n```\n\n| `THING_MODE` | How fast | optional |\n';
  const { settings } = gather(
    own({
      name: 'thing',
      bins: ['thing'],
      readme,
      files: [{ path: 'i.js', text: 'process.env.THING_KEY; process.env.OTHER_KEY' }],
    }),
  );
  const key = settings.get('THING_KEY');
  assert.equal(key?.always, true);
  assert.equal(key?.secret, true);
  assert.deepEqual(key?.witnesses, ['readme', 'source']);
  assert.equal(settings.get('THING_MODE')?.required, false);
  assert.deepEqual(settings.get('OTHER_KEY')?.witnesses, ['source']);
});

test('what stands in for a service in tests names no host', () => {
  const text = 'fetch("https://pages.one.io/x");';
  for (const path of ['dist/client/MockClient.js', 'src/__mocks__/client.ts'])
    assert.deepEqual(sourceHosts([{ path, text }], 'thing').hosts, [], path);
  assert.equal(sourceHosts([{ path: 'dist/mocking.js', text }], 'thing').hosts.length, 1);
});

test('what an editor asks for explains the setting, and says whether it may stay empty', () => {
  const readme = `\`\`\`json
{"servers": {"thing": {"command": "npx", "args": ["-y", "thing"], "env": {
  "THING_TOKEN": "\${input:thing_token}", "THING_PLACE": "\${input:place}", "THING_OTHER": "\${input:nobody}", "THING_URL": "\${input:url}"}}},
 "inputs": [
  {"id": "thing_token", "type": "promptString", "description": "Token of your **Thing** account", "password": true},
  {"id": "url", "description": "Address of it", "password": true},
  {"id": "place", "type": "promptString", "description": "Place of the thing - leave blank for the default"}
]}
\`\`\``;
  const { settings } = gather(own({ readme }));
  const token = settings.get('THING_TOKEN');
  assert.equal(token?.description, 'Token of your Thing account');
  assert.equal(token.secret, true);
  assert.equal(token.required, undefined);
  assert.equal(settings.get('THING_URL')?.secret, false);
  assert.equal(settings.get('THING_PLACE')?.required, false);
  assert.equal(settings.get('THING_OTHER')?.description, undefined);
});

test('an address in a list of examples is nowhere that a server goes', () => {
  const text = `
    const tool = { examples: [{ parameters: { url: "https://pages.one.io/x" } }], url: "https://api.two.io/x" };
    fetch("https://api.three.io/x");`;
  const { hosts, mentioned } = sourceHosts([{ path: 'dist/index.js', text }], 'thing');
  assert.deepEqual(hosts.map(({ rule }) => rule).toSorted(), ['api.three.io', 'api.two.io']);
  assert.deepEqual(
    mentioned.map(({ rule }) => rule),
    ['pages.one.io'],
  );
});

test('hosts that a client library makes of names count, names of permissions do not', () => {
  const text = `import { google } from 'googleapis';
    const scopes = ["https://www.googleapis.com/auth/spreadsheets", "https://mail.google.com/"];
    const sheets = google.sheets({ version: 'v4', auth });`;
  const rules = sourceHosts([{ path: 'dist/index.js', text }], 'thing').hosts.map(({ rule }) => rule);
  assert.deepEqual(rules.toSorted(), ['oauth2.googleapis.com', 'sheets.googleapis.com']);
});

test('an assignment in code is no example, a usage text is', () => {
  const text = 'process.env.THING_MAIL;THING_MAIL=await ask();console.log("THING_LEVEL=debug thing-mcp")';
  const { settings } = gather(
    own({
      readme: '- `THING_MAIL`: address\n- `THING_LEVEL`: how much',
      files: [{ path: 'dist/index.js', text }],
    }),
  );
  assert.equal(settings.get('THING_MAIL')?.value, undefined);
  assert.equal(settings.get('THING_LEVEL')?.value, 'debug');
});

test('a fallback that stands for a value of the user’s is none', () => {
  const text = "os.environ.get('THING_HOST', 'https://example.thing.io')\nos.environ.get('THING_SIZE', '10')";
  const { settings } = gather(own({ files: [{ path: 'thing/main.py', text }] }));
  assert.equal(settings.get('THING_HOST')?.fallback, undefined);
  assert.equal(settings.get('THING_SIZE')?.fallback, '10');
});
