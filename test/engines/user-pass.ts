/**
 * What a user does with an engine, through real launches. Run by engines.ts on each, with DOCKER_HOST; needs the images
 * of everything, filesystem, memory, fetch, github and time, and the runtime base of node. Facts go to the file
 * MCPCAT_ENGINE_FACTS.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { eventually, fixtureImage, mcpcat, run, testEngine } from '../rig/engine.ts';
import { hello } from '../rig/hello.ts';
import { manifestDigest } from '../rig/manifest-digest.ts';
import { talk, type Talk } from '../rig/talk.ts';
import { note } from './note.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-user-'));
let engine: Engine;

before(async () => {
  engine = await testEngine();
  const { name, version, apiVersion, storageDriver, cgroupVersion, rootless } = await engine.info();
  note({ name, version, apiVersion, storageDriver, cgroupVersion, rootless });
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function gone(): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.owner]: '' }),
    (all) => all.length === 0,
    { withinMs: 15_000 },
  );
}

async function textOf(client: Talk, tool: string, args: unknown): Promise<string> {
  return JSON.stringify(await client.call(tool, args));
}

test('a session answers, and its container is gone when its input ends', async () => {
  const client = await talk(['everything']);
  assert.match(await textOf(client, 'echo', { message: 'hi' }), /Echo: hi/);
  await client.close();
  await gone();
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  test(`${signal} to the launcher leaves no container`, async () => {
    const child = spawn(process.execPath, [mcpcat, 'run', 'everything'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.write(hello);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill(signal);
    await gone();
  });

test('ps shows it, logs follow it or say why not, stop ends it', async () => {
  const client = await talk(['everything']);
  const [shown] = JSON.parse((await run(['ps', '--json'])).stdout) as { id: string; server: string }[];
  assert.equal(shown?.server, 'everything');
  const logs = spawn(process.execPath, [mcpcat, 'logs', 'everything'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  logs.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => logs.once('close', resolve));
  const early = await Promise.race([ended, new Promise<'follows'>((go) => setTimeout(go, 3000, 'follows'))]);
  if (early !== 'follows') assert.match(said, /can't be followed on/);
  note({ logs: early === 'follows' ? 'followed' : 'refused' });
  logs.kill('SIGTERM');
  await ended;
  assert.match(await textOf(client, 'echo', { message: 'still' }), /Echo: still/);
  assert.equal((await run(['stop', shown?.id ?? ''])).code, 0);
  await gone();
});

test('a folder is handed over for reading, and for writing as its owner', async () => {
  const [read, write] = [mkdtempSync(path.join(folder, 'r-')), mkdtempSync(path.join(folder, 'w-'))];
  writeFileSync(path.join(read, 'a.txt'), 'alpha', { mode: 0o644 });
  for (const place of [folder, read, write]) chownSync(place, 1000, 1000);
  const reader = await talk(['filesystem', '--mount', `data=${read}`]);
  assert.match(await textOf(reader, 'read_text_file', { path: '/data/a.txt' }), /alpha/);
  assert.match(await textOf(reader, 'write_file', { path: '/data/b.txt', content: 'x' }), /EROFS/);
  await reader.close();
  const writer = await talk(['filesystem', '--mount', `data=${write}:rw`]);
  await textOf(writer, 'write_file', { path: '/data/b.txt', content: 'x' });
  await writer.close();
  assert.equal(statSync(path.join(write, 'b.txt')).uid, 1000);
});

test('what a server keeps is there at its next start, listed, and removed', async () => {
  const entities = [{ name: 'e1', entityType: 't', observations: ['o'] }];
  const first = await talk(['memory']);
  await first.call('create_entities', { entities });
  await first.close();
  const second = await talk(['memory']);
  assert.match(await textOf(second, 'read_graph', {}), /e1/);
  await second.close();
  await gone();
  const listed = async (): Promise<string[]> =>
    (JSON.parse((await run(['volumes', '--json'])).stdout) as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(await listed(), ['mcpcat-memory-graph']);
  assert.equal((await run(['volumes', 'rm', 'mcpcat-memory-graph'])).code, 0);
  assert.deepEqual(await listed(), []);
});

test('the tunnel leads to the permitted host alone', async () => {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/plain').end('over the tunnel'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const host = `host.mcpcat.internal:${String((server.address() as AddressInfo).port)}`;
    const client = await talk(['fetch', '--allow', host]);
    const got = await textOf(client, 'fetch', { url: `http://${host}/x` });
    const refused = await client.call('fetch', { url: 'http://192.0.2.9/x' }).then(JSON.stringify, String);
    await client.close();
    assert.match(got, /over the tunnel/);
    assert.match(refused, /isError":true|Error/);
  } finally {
    server.close();
  }
});

test('a secret is not in the container’s configuration', async () => {
  const client = await talk(['github'], { GITHUB_PERSONAL_ACCESS_TOKEN: 'ghp_SENTINEL' });
  const [container] = await engine.listContainers({ [label.owner]: '' });
  const facts = JSON.stringify(await engine.inspectContainer(container?.id ?? ''));
  assert.ok(facts.includes('github') && !facts.includes('SENTINEL'));
  await client.close();
});

test('a server that takes more memory than its limit is ended, and it is said', async () => {
  const { code, stderr } = await run(['run', 'everything', '--memory', '24m']);
  assert.deepEqual([code, /needed more memory than its limit/.test(stderr)], [137, true]);
});

test('one server of each runtime passes its test', async () => {
  const { code, stdout } = await run(['test', 'everything', 'time', 'github', '--dry-run']);
  assert.equal(code, 0, stdout);
});

test('an image that is built here has the digest that it has everywhere', async () => {
  const tag = 'mcpcat/engines-digest:local';
  const files = { 'a.js': 'console.log(1)\n', 'b.txt': 'text\n' };
  await fixtureImage(engine, { tag, files, entrypoint: ['/usr/local/bin/node', '/app/a.js'] });
  const digest = await manifestDigest(engine, tag);
  note({ digest });
  const expected = process.env['MCPCAT_ENGINE_DIGEST'];
  if (expected !== undefined) assert.equal(digest, expected);
  await engine.removeImage(tag);
});
