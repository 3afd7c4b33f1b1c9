import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../lib/temporary.ts';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../../..');
const source = path.join(project, 'test/fixtures/readers');
const limits = { maxBuffer: 64 * 1024 ** 2, timeout: 600_000 };

/** The peers' own code (test/fixtures/readers), built from the Go module proxy. */
const peers = { program: '', schema: '' };

async function go(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, GOFLAGS: '-mod=readonly' };
  return (await run('go', args, { ...limits, cwd: source, env })).stdout.trim();
}

before(async (t) => {
  assert.ok('after' in t);
  peers.program = path.join(temporaryFolder(t), 'readers');
  await go('build', '-o', peers.program, '.');
  const module = await go('list', '-m', '-f', '{{.Dir}}', 'github.com/modelcontextprotocol/registry');
  const schemas = globSync(path.join(module, 'internal/validators/schemas/*.json')).toSorted();
  peers.schema = schemas.at(-1) ?? '';
});

/** What `mcpcat export` makes of the whole catalog, as files. */
async function exported(form: string, out: string): Promise<string[]> {
  const args = ['src/main.ts', 'export', '--format', form, '--local', '--unproved', '--quiet', '--out', out];
  // Entries that can't be exported make the exit code 1.
  await run(process.execPath, args, { ...limits, cwd: project }).catch((error: unknown) => {
    assert.ok(error instanceof Error && 'code' in error && error.code === 1, String(error));
  });
  return form === 'server-json' ? globSync(path.join(out, '*/server.json')).toSorted() : [out];
}

async function understood<T>(form: string, files: readonly string[]): Promise<T[]> {
  const { stdout } = await run(peers.program, [form, peers.schema, ...files], limits);
  return JSON.parse(stdout) as T[];
}

test('every server.json fits the newest schema of the official registry, whose types lose nothing of it', async (t) => {
  const files = await exported('server-json', temporaryFolder(t));
  assert.ok(files.length >= 14, String(files.length));
  const read = await understood<object>('server-json', files);
  const written = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as object);
  assert.deepEqual(read.map(withoutEmpty), written.map(withoutEmpty));
  const [first] = written;
  assert.ok(first !== undefined && '$schema' in first);
  assert.ok(
    peers.schema.endsWith(`${String(first.$schema).split('/').at(-2) ?? ''}.json`),
    'it names the newest schema',
  );
});

/** The registry's types leave out what is false or empty. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)] as const);
  return Object.fromEntries(
    entries.filter(([, item]) => item !== false && !(Array.isArray(item) && item.length === 0)),
  );
}

interface ToolhiveServer {
  readonly name: string;
  readonly image: string;
  readonly transport: string;
  readonly tools?: readonly string[];
  readonly permissions: {
    readonly network: { readonly outbound: { readonly allow_host?: readonly string[] } };
  };
  readonly env_vars?: readonly {
    readonly name: string;
    readonly secret: boolean;
    readonly required: boolean;
  }[];
}

test("ToolHive's validator takes the registry file, and its converter finds permissions, settings and tools", async (t) => {
  const file = path.join(temporaryFolder(t), 'registry.json');
  const [servers] = await understood<ToolhiveServer[]>('toolhive', await exported('toolhive', file));
  assert.ok(servers !== undefined && servers.length >= 14);
  const brave = servers.find(({ name }) => name === 'io.mcpcat/brave-search');
  assert.deepEqual(brave?.permissions.network.outbound.allow_host, ['api.search.brave.com']);
  assert.equal(brave.image, 'mcpcat/brave-search:local');
  assert.equal(brave.transport, 'stdio');
  assert.ok(brave.tools?.includes('brave_web_search'));
  const key = brave.env_vars?.find(({ name }) => name === 'BRAVE_API_KEY');
  assert.deepEqual([key?.secret, key?.required], [true, true]);
});

test("the YAML library of Docker's gateway reads the catalog file, every text as it was", async (t) => {
  const file = path.join(temporaryFolder(t), 'catalog.yaml');
  const [catalog] = await understood<{ registry: Record<string, { tools: { description: string }[] }> }>(
    'docker-catalog',
    await exported('docker-catalog', file),
  );
  assert.ok(catalog !== undefined && Object.keys(catalog.registry).length >= 14);
  const { tools } = JSON.parse(
    readFileSync(path.join(project, 'catalog/brave-search/tools.json'), 'utf8'),
  ) as {
    tools: { description: string }[];
  };
  assert.deepEqual(
    catalog.registry['brave-search']?.tools.map(({ description }) => description),
    tools.map(({ description }) => description),
  );
});

test('the readers are no rubber stamp: a file that does not fit is refused', async (t) => {
  const folder = temporaryFolder(t);
  const [file = ''] = await exported('server-json', path.join(folder, 'out'));
  const { writeFileSync } = await import('node:fs');
  const bad = path.join(folder, 'bad.json');
  writeFileSync(bad, readFileSync(file, 'utf8').replace('io.mcpcat/', 'io.mcpcat/no such/'));
  await assert.rejects(understood('server-json', [bad]), /name/);
  writeFileSync(bad, '{"version": "1.0.0", "meta": {}, "data": {"servers": []}}');
  await assert.rejects(understood('toolhive', [bad]), /last_updated/);
});
