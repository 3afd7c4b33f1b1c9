import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { loadCrossBases } from '../../src/base/references.ts';
import { readImageRecord } from '../../src/catalog/image-record.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { crossTools } from '../init/cross-tools.ts';
import { catalogCopy, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { closed } from '../rig/closed.ts';
import { project, run, testEngine } from '../rig/engine.ts';
import { savedImage, unwantedPackages, unwantedPrograms } from '../rig/image-layers.ts';

/** On an arm64 machine there is nothing to cross, and the other tests are about its own images. */
const skip = process.arch === 'arm64' && 'this machine is arm64 itself';
const timeout = 1_800_000;
const platforms = 'linux/amd64,linux/arm64';
const runtimes = ['node', 'python', 'go'] as const;
let engine: Engine;
const opened = closedAfterwards();
let catalog: CatalogCopy;
let name: string;
const env = { MCPCAT_REGISTRY: '', MCPCAT_PLATFORMS: '' };

before(
  async () => {
    if (skip) return;
    engine = await testEngine();
    catalog = opened.use(catalogCopy(['sequential-thinking'], engine));
    for (const image of catalog.images)
      opened.defer(() => engine.removeImage(`${image}-arm64`, { force: true }));
    name = catalog.names['sequential-thinking'] ?? '';
    const made = await run(['base', 'build', '--platform', 'linux/arm64'], { env });
    assert.equal(made.code, 0, made.stderr);
  },
  { timeout },
);

test(
  'runtime bases for arm64 say so, are as small as the others, and hold no shell',
  { timeout, skip },
  async () => {
    const templates = path.join(project, 'templates');
    const bases = await loadCrossBases(templates, { host: 'linux/amd64', platform: 'linux/arm64' });
    for (const kind of runtimes) {
      const { reference } = bases[kind].runtime;
      const image = await engine.inspectImage(reference);
      assert.deepEqual([image?.platform, image?.user], ['linux/arm64', '65532:65532'], kind);
      assert.ok((image?.bytes ?? 0) < { node: 150e6, python: 90e6, go: 12e6 }[kind], kind);
      const files = (await savedImage(engine, reference)).layers.flat();
      assert.deepEqual(unwantedPrograms(files), [], kind);
      assert.deepEqual(unwantedPackages(files), [], kind);
    }
  },
);

test(
  'an entry is built for both, verified on this machine, and recorded under one digest',
  { timeout, skip },
  async () => {
    const rebuilt = await run(['rebuild', name, '--catalog', catalog.folder, '--platforms', platforms], {
      env,
    });
    assert.equal(rebuilt.code, 0, rebuilt.stderr);
    const here = await Promise.all(
      [catalog.imageOf(name), `${catalog.imageOf(name)}-arm64`].map((tag) => engine.inspectImage(tag)),
    );
    assert.deepEqual(
      here.map((image) => image?.platform),
      ['linux/amd64', 'linux/arm64'],
    );
    const args = [
      'publish',
      name,
      '--catalog',
      catalog.folder,
      '--platforms',
      platforms,
      '--dry-run',
      '--force',
    ];
    const published = await run(args, { env });
    assert.equal(published.code, 0, published.stderr);
    const first = await readImageRecord(catalog.file('sequential-thinking', ''));
    assert.deepEqual(Object.keys(first?.platforms ?? {}), ['linux/amd64', 'linux/arm64']);
    // Packed again it is the same.
    assert.equal((await run(args, { env })).code, 0);
    assert.deepEqual(await readImageRecord(catalog.file('sequential-thinking', '')), first);
  },
);

test('the server of the arm64 image answers, emulated', { timeout, skip }, async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'mcpcat-arm64-'));
  try {
    const program = await unpacked(root);
    copyFileSync(crossTools().emulator, path.join(root, 'emulator'));
    // mcpcat-init could not start the server: only the emulator knows how. It has tests of its own (test/init).
    const said = await answer(['unshare', '-r', 'chroot', root, '/emulator', ...program]);
    assert.match(said, /"serverInfo"/);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

/** The files of the image; resolves to the command line of its server. */
async function unpacked(root: string): Promise<readonly string[]> {
  const image = `${catalog.imageOf(name)}-arm64`;
  const id = await engine.createContainer({ ...closed(image), memoryBytes: 64 << 20, pids: 16, nofile: 64 });
  try {
    const tar = spawn('tar', ['-x', '-C', root], { stdio: ['pipe', 'ignore', 'inherit'] });
    const done = new Promise<number | null>((resolve) => tar.on('close', resolve));
    for await (const piece of await engine.copyOut(id, '/')) tar.stdin.write(piece);
    tar.stdin.end();
    assert.equal(await done, 0);
  } finally {
    await engine.removeContainer(id);
  }
  assert.match(
    execFileSync('head', ['-c', '20', path.join(root, 'usr/local/bin/node')], { encoding: 'latin1' }),
    /ELF/,
  );
  return (await engine.inspectImage(image))?.entrypoint.slice(2) ?? [];
}

async function answer([command = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  const timer = setTimeout(() => child.kill('SIGKILL'), 240_000);
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('"id":1')) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return said === '' ? errors : said;
}
