/**
 * `npm run test:exports`: what `export` writes, read by the programs that it is for. Not among the ordinary tests: they
 * come from npm, with 60 packages of their own.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { project, run } from '../rig/engine.ts';
import { npmInstall } from '../rig/npm-install.ts';

const versions = { '@anthropic-ai/mcpb': '2.1.2', '@anthropic-ai/sandbox-runtime': '0.0.78' };
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-readers-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let mcpb: Readonly<Record<string, (...args: unknown[]) => unknown>>;
let schema: { safeParse(value: unknown): { success: boolean; error?: unknown } };

interface Listed {
  readonly name: string;
  readonly permissions: { readonly network: readonly string[]; readonly mounts: readonly Mount[] };
  readonly transport?: object;
  readonly source: string;
}

interface Mount {
  readonly name: string;
  readonly required: boolean;
  readonly kind?: string;
}

const catalog = JSON.parse(readFileSync(path.join(project, 'catalog.json'), 'utf8')) as {
  servers: Readonly<Record<string, Listed>>;
};

before(
  async () => {
    const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    npmInstall(folder, names);
    const { resolve } = createRequire(path.join(folder, 'x.js'));
    const load = async (name: string): Promise<object> =>
      (await import(pathToFileURL(resolve(name)).href)) as object;
    mcpb = {
      ...(await load('@anthropic-ai/mcpb/node')),
      ...(await load('@anthropic-ai/mcpb')),
    };
    const runtime = await load('@anthropic-ai/sandbox-runtime');
    schema = Reflect.get(runtime, 'SandboxRuntimeConfigSchema') as typeof schema;
  },
  { timeout: 300_000 },
);

function mountsOf({ permissions }: Listed): readonly string[] {
  return permissions.mounts
    .filter(({ required }) => required)
    .flatMap(({ name }) => ['--mount', `${name}=/srv/${name}`]);
}

test('sandbox-runtime takes the settings of a server of each kind', { timeout: 300_000 }, async () => {
  const names = ['time', 'brave-search', 'filesystem', 'github', 'grafana'];
  for (const name of names) {
    const server = catalog.servers[name];
    assert.ok(server, name);
    const words = ['export', '--format', 'srt', name, '--unproved', ...mountsOf(server)];
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0, stderr);
    const read = schema.safeParse(JSON.parse(stdout));
    assert.ok(read.success, `${name}: ${JSON.stringify(read.error)}`);
  }
  assert.ok(!schema.safeParse({ network: { allowedDomains: ['*'], deniedDomains: [] } }).success);
});

test('a bundle of every server is valid, and unpacks to what starts it', { timeout: 300_000 }, async () => {
  const out = path.join(folder, 'out');
  const { code, stderr } = await run(['export', '--format', 'mcpb', '--out', out, '--quiet']);
  assert.equal(code, 0, stderr);
  for (const { name } of Object.values(catalog.servers)) {
    const place = path.join(folder, 'unpacked', name);
    const bundle = path.join(out, `mcpcat-${name}.mcpb`);
    assert.equal(
      await mcpb['unpackExtension']?.({ mcpbPath: bundle, outputDir: place, silent: true }),
      true,
      name,
    );
    assert.equal(mcpb['validateManifest']?.(path.join(place, 'manifest.json')), true, name);
  }
});

test('as the client’s own code reads a bundle, mcpcat is started with what its user gave', async () => {
  const place = path.join(folder, 'unpacked', 'filesystem');
  const manifest: unknown = JSON.parse(readFileSync(path.join(place, 'manifest.json'), 'utf8'));
  const config = (await mcpb['getMcpConfigForManifest']?.({
    manifest,
    extensionPath: place,
    systemDirs: {},
    userConfig: { mount_data: '/srv/notes' },
    pathSeparator: '/',
  })) as { command: string; args: string[] };
  // In the place where install puts it: a program that says with what it was started.
  const home = path.join(folder, 'home');
  const command = path.join(home, '.local/share/mcpcat/bin/mcpcat');
  mkdirSync(path.dirname(command), { recursive: true });
  writeFileSync(command, '#!/bin/sh\nprintf "%s\\n" "$@"; cat\nexit 7\n');
  chmodSync(command, 0o755);
  const started = spawnSync(process.execPath, config.args, {
    env: { HOME: home },
    input: 'what the client says\n',
    encoding: 'utf8',
  });
  assert.equal(config.command, 'node');
  assert.equal(started.stdout, 'run\nfilesystem\n--mount\ndata=/srv/notes\nwhat the client says\n');
  assert.equal(started.status, 7);
});
