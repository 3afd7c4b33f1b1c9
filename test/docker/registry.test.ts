import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tar from 'tar-stream';
import { loadBases } from '../../src/base/references.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { hexOf, type Digest } from '../../src/registry/digest.ts';
import { pullImage } from '../../src/registry/pull.ts';
import { pushImage, pushIndex } from '../../src/registry/push.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, packedImage, realRegistry, type RealRegistry } from '../registry/rig.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { closed } from '../rig/closed.ts';
import { project, testEngine, testLabel } from '../rig/engine.ts';

let engine: Engine;
const opened = closedAfterwards();
let real: RealRegistry;
const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
const made = new Set<string>();

before(async () => {
  engine = await testEngine();
  real = opened.use(await realRegistry());
  opened.defer(async () => {
    for (const tag of made) await engine.removeImage(tag, { force: true });
  });
});

/** A tag that is removed at the end. */
function own(tag: string): string {
  made.add(tag);
  return tag;
}

/** A fixture server, from files with new times each time it is built. What never runs needs no Node below it. */
async function build(tag: string, base: 'node' | 'go'): Promise<void> {
  const bases = await loadBases(path.join(project, 'templates'), platform);
  const pack = tar.pack();
  const source = readFileSync(path.join(project, 'test/fixtures/servers/server.js'), 'utf8');
  const dockerfile = [
    `FROM ${bases[base].runtime.reference}`,
    'COPY files/ /app/',
    'WORKDIR /home/mcpcat',
    'USER 65532:65532',
    'ENTRYPOINT ["/mcpcat-init", "--", "/usr/local/bin/node", "/app/server.js", "none"]',
  ];
  const mtime = new Date();
  pack.entry({ name: 'Dockerfile', mtime }, dockerfile.join('\n'));
  pack.entry({ name: 'files/server.js', mode: 0o755, mtime }, source);
  pack.entry({ name: 'files/sub/other.txt', mtime }, 'other');
  pack.finalize();
  const context = Readable.from([await buffer(pack as AsyncIterable<Buffer>)]);
  await engine.buildImage(context, { tag: own(tag), labels: testLabel, onOutput: () => undefined });
}

async function push(tag: string, repository: string): Promise<Digest> {
  await using image = await repackImage(await engine.saveImage(tag));
  return (await pushImage(client(real.host), image, { repository, tags: ['1'] })).digest;
}

/** What a container of the image says to `initialize`. */
async function greeting(image: string): Promise<string> {
  const id = await engine.createContainer(closed(image));
  try {
    const attached = await engine.attachContainer(id);
    await engine.startContainer(id);
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    attached.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    const answer = await Promise.race([
      new Promise<string>((resolve) => attached.stdout.once('data', (data) => resolve(String(data)))),
      sleep(60_000, 'no answer', { ref: false }),
    ]);
    attached.stdin.end();
    return answer;
  } finally {
    await engine.removeContainer(id);
  }
}

test('an image goes to a registry and back into the engine under another name, and its server answers', async () => {
  await build('mcpcat-test/registry:built', 'node');
  const digest = await push('mcpcat-test/registry:built', 'test/fixture');
  const tag = own(`mcpcat-test/registry:sha256-${hexOf(digest)}`);
  const request = { repository: 'test/fixture', digest, platform, tag } as const;
  const progress: number[] = [];
  const onProgress = (done: number, total: number): void => void progress.push(done / total);
  const pulled = await pullImage(client(real.host), engine, { ...request, onProgress });
  assert.equal(pulled.from, 'registry');
  assert.equal(progress.at(-1), 1);
  const [built, back] = await Promise.all(
    ['mcpcat-test/registry:built', tag].map((name) => engine.inspectImage(name)),
  );
  assert.deepEqual(
    [back?.entrypoint, back?.env, back?.labels, back?.user, back?.platform],
    [built?.entrypoint, built?.env, built?.labels, built?.user, built?.platform],
  );
  assert.match(await greeting(tag), /"serverInfo":{"name":"fixture"/);
  // Nothing answers at that address: what is in the engine is enough.
  const offline = client('127.0.0.1:1', { retryPolicy: { attempts: 1 } });
  assert.deepEqual(await pullImage(offline, engine, request), { id: pulled.id, from: 'engine' });
});

test('two builds of the same inputs at different times have the same digest', async () => {
  await build('mcpcat-test/registry:first', 'go');
  const first = await engine.inspectImage('mcpcat-test/registry:first');
  const digest = await push('mcpcat-test/registry:first', 'test/first');
  await engine.removeImage('mcpcat-test/registry:first');
  await sleep(1500);
  await build('mcpcat-test/registry:second', 'go');
  const second = await engine.inspectImage('mcpcat-test/registry:second');
  assert.notEqual(first?.id, second?.id);
  assert.equal(await push('mcpcat-test/registry:second', 'test/second'), digest);
  // And once more through the registry: a pulled image repacks to itself.
  const tag = own('mcpcat-test/registry:again');
  await pullImage(client(real.host), engine, { repository: 'test/first', digest, platform, tag });
  assert.equal(await push(tag, 'test/again'), digest);
});

test('an image of the catalog survives the way through a registry', async (context) => {
  if ((await engine.inspectImage('mcpcat/time:local')) === undefined) {
    context.diagnostic('mcpcat/time:local is not built here; the fixture stands for it');
    return;
  }
  const digest = await push('mcpcat/time:local', 'test/time');
  const tag = own('mcpcat-test/time:pulled');
  await pullImage(client(real.host), engine, { repository: 'test/time', digest, platform, tag });
  assert.match(await greeting(tag), /"serverInfo"/);
});

test('through an index the image for the platform is taken, and a missing platform is named', async () => {
  await using image = await packedImage([[{ name: 'a', content: 'a' }]], {
    config: { architecture: platform.replace('linux/', '') },
  });
  await using other = await packedImage([[{ name: 'a', content: 'b' }]], {
    config: { architecture: 'riscv64' },
  });
  const target = { repository: 'test/index', tags: [] };
  const registry = client(real.host);
  const images = [await pushImage(registry, other, target), await pushImage(registry, image, target)];
  const tag = own('mcpcat-test/registry:index');
  const digest = await pushIndex(registry, images, target);
  const { id } = await pullImage(registry, engine, { repository: 'test/index', digest, platform, tag });
  assert.equal(id, image.config.digest);
  const lonely = await pushIndex(registry, images.slice(0, 1), target);
  const request = {
    repository: 'test/index',
    digest: lonely,
    platform,
    tag: 'mcpcat-test/registry:no',
  } as const;
  await assert.rejects(pullImage(registry, engine, request), { code: 'image-missing', message: /riscv64/ });
});

test('a layer that was changed on its way is refused and the engine keeps nothing', async () => {
  await using image = await packedImage([
    [{ name: 'a', content: Buffer.alloc(300_000, 'x') }],
    [{ name: 'b' }],
  ]);
  await pushImage(client(real.host), image, { repository: 'test/flip', tags: [] });
  const { digest } = image.layers[0] ?? image.config;
  await using proxy = await faultyProxy(real.host, ({ url }) =>
    url.endsWith(digest) ? { kind: 'flip' } : undefined,
  );
  const tag = own('mcpcat-test/registry:flip');
  const request = { repository: 'test/flip', digest: image.manifest.digest, platform, tag } as const;
  await assert.rejects(pullImage(client(proxy.host), engine, request), { code: 'integrity-mismatch' });
  assert.equal(await engine.inspectImage(tag), undefined);
  assert.equal(await engine.inspectImage(image.config.digest), undefined);
});

test('an archive that the engine does not understand is the engine’s error', async () => {
  await assert.rejects(engine.loadImage(Readable.from([Buffer.from('no archive')])), {
    code: 'engine-failed',
  });
});
