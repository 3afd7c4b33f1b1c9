import assert from 'node:assert/strict';
import { unzipSync } from 'fflate';
import { test } from 'node:test';
import { deepLinks } from '../../src/clients/deep-links.ts';
import { mcpbBundle } from '../../src/export/mcpb.ts';
import { outside, type Outside, type OutsideRequest } from '../../src/export/outside.ts';
import { sandboxRuntimeSettings } from '../../src/export/sandbox-runtime.ts';
import { vscodeSandbox } from '../../src/export/vscode-sandbox.ts';
import { listed, proofText } from '../catalog-index/rig.ts';

const wide = `env:
  KEY: {description: The key, required: true, secret: true, example: abc}
  REGION: {description: The region}
  HOST: {description: The host of the database}
args: [--root, /data, --out, /out/file]
system: [git]
permissions:
  network: [api.example.com, "*.cdn.example.com:8443", "{HOST}"]
  mounts:
    - {name: data, target: /data, required: true, many: true, description: What it reads}
    - {name: out, target: /out, mode: rw, description: What it writes}
  state: [{name: kept, target: /state, description: What it remembers}]
`;

const mounts: OutsideRequest['mounts'] = [
  { name: 'data', hostPath: '/srv/a', mode: undefined },
  { name: 'data', hostPath: '/srv/b', mode: 'rw' },
  { name: 'out', hostPath: '/srv/out', mode: 'rw' },
];

function made(result: ReturnType<typeof outside>): Outside {
  assert.ok(!('reason' in result), JSON.stringify(result));
  return result;
}

test('a server without a container gets the lists that its proof has held it to', async (t) => {
  const server = await listed(t, wide);
  const one = made(outside(server, { mounts, unproved: true }));
  assert.deepEqual(one.domains, ['api.example.com:443', '*.cdn.example.com:8443']);
  assert.deepEqual(one.writes, ['/tmp', '/srv/out'], 'what the entry has for reading alone is not written');
  assert.deepEqual(one.args.slice(-5), ['--root', '/srv/a', '/srv/b', '--out', '/srv/out/file']);
  assert.match(one.install, /^npm install --global \S+@\d/);
  assert.deepEqual(one.notes, [
    'add the host that is in HOST',
    'it keeps files of its own (/state): permit a place',
    'it needs git on your machine',
  ]);
  assert.deepEqual(sandboxRuntimeSettings(one).network, { allowedDomains: one.domains, deniedDomains: [] });
  assert.ok(sandboxRuntimeSettings(one).filesystem.denyRead.includes('~/.ssh'));
});

test('VS Code asks for what is required, a secret hidden, and no value is in the file', async (t) => {
  const file = vscodeSandbox(made(outside(await listed(t, wide), { mounts, unproved: true })));
  assert.deepEqual(file.servers['x']?.env, { KEY: '${input:x-KEY}' });
  assert.equal(file.servers['x']?.sandboxEnabled, true);
  assert.deepEqual(file.inputs, [
    { type: 'promptString', id: 'x-KEY', description: 'The key', password: true },
  ]);
});

const leftOut: readonly (readonly [
  what: string,
  more: string,
  files: Record<string, string>,
  reason: RegExp,
])[] = [
  ['may reach the whole internet', 'permissions: {network: ["*"]}\n', {}, /whole internet/],
  ['speaks HTTP', 'transport: {http: {port: 3000}}\n', {}, /speaks HTTP/],
  ['lacks a mount that it needs', wide, {}, /a place for its mount "data"/],
  [
    'is not proved as it is',
    '',
    { 'x/proof.json': proofText({ image: { id: 'x', fingerprint: 'e'.repeat(64) } }) },
    /./,
  ],
];
for (const [what, more, files, reason] of leftOut)
  test(`a server that ${what} is left out, with the reason`, async (t) => {
    const result = outside(await listed(t, more, files), {
      mounts: [],
      unproved: !what.startsWith('is not proved'),
    });
    assert.ok('reason' in result);
    assert.match(result.reason, reason);
  });

test('a link opens each client with the same entry', async (t) => {
  const { cursor, vscode, lmstudio, goose } = deepLinks(await listed(t, wide));
  const entry = { command: 'mcpcat', args: ['run', 'x', '--mount', 'data=/path'] };
  for (const link of [cursor, lmstudio]) {
    const query = new URL(link).searchParams;
    assert.equal(query.get('name'), 'x');
    assert.deepEqual(JSON.parse(Buffer.from(query.get('config') ?? '', 'base64').toString()), entry);
  }
  const given: unknown = JSON.parse(decodeURIComponent(vscode.slice('vscode:mcp/install?'.length)));
  assert.deepEqual(given, { name: 'x', ...entry });
  const query = new URL(goose).searchParams;
  assert.deepEqual([query.get('cmd'), query.getAll('arg')], [entry.command, entry.args]);
  assert.ok(!goose.includes('+'), 'a form’s plus would be taken for one');
});

test('a bundle holds its manifest and what starts mcpcat, and is the same each time', async (t) => {
  const server = await listed(t, wide);
  const starter = Buffer.from('the starter');
  const bundle = mcpbBundle(server, starter);
  assert.deepEqual(mcpbBundle(server, starter), bundle);
  const files = unzipSync(bundle);
  assert.deepEqual(Object.keys(files), ['manifest.json', 'server/index.js']);
  assert.deepEqual(Buffer.from(files['server/index.js'] ?? []), starter);
  const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as {
    server: { mcp_config: { args: string[]; env: object } };
    user_config: Record<string, { sensitive?: boolean }>;
  };
  const { args, env } = manifest.server.mcp_config;
  assert.deepEqual(args.slice(1), ['run', 'x', '--mount', 'data=${user_config.mount_data}']);
  assert.deepEqual(env, { KEY: '${user_config.KEY}' });
  assert.deepEqual(Object.keys(manifest.user_config), ['KEY', 'mount_data']);
  assert.equal(manifest.user_config['KEY']?.sensitive, true);
});
