/** What a server keeps: with the real memory server, under a name of this test's own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine, VolumeFacts } from '../../src/engine/engine.ts';
import { imageIn } from '../../src/catalog/image-name.ts';
import { label } from '../../src/lib/labels.ts';
import { catalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, noneLeft, run, testEngine } from '../rig/engine.ts';
import { talk, type Talk } from '../rig/talk.ts';

const timeout = 300_000;
const catalog = catalogCopy(['memory']);
const server = catalog.names['memory'] ?? '';
const volume = `mcpcat-${server}-graph`;
let engine: Engine;
const opened = closedAfterwards();

before(
  async () => {
    engine = await testEngine();
    opened.use(catalog);
    opened.defer(async () => {
      for (const image of catalog.images) await engine.removeImage(image, { force: true });
    });
    opened.defer(async () => {
      for (const { id } of await engine.listContainers({ [label.server]: server }))
        await engine.removeContainer(id);
      for (const { name } of await ourVolumes()) await engine.removeVolume(name);
    });
    // A folder for writing as well, so that the server can be had as another uid.
    catalog.edit('memory', 'server.yaml', (text) =>
      text.replace(
        'permissions:\n',
        'permissions:\n  mounts: [{name: data, target: /data, mode: rw, description: Data}]\n',
      ),
    );
    const { code, stderr } = await run(['build', server, '--catalog', catalog.folder]);
    assert.equal(code, 0, stderr);
  },
  { timeout },
);

const ourVolumes = (): Promise<readonly VolumeFacts[]> => engine.listVolumes({ [label.server]: server });
const start = (...args: readonly string[]): Promise<Talk> =>
  talk([server, '--catalog', catalog.folder, ...args]);

async function remember(client: Talk, name: string): Promise<void> {
  const entities = [{ name, entityType: 'animal', observations: ['sleeps'] }];
  await client.call('create_entities', { entities });
}

/** Names of all that the server remembers, in the order of the alphabet. */
async function remembered(client: Talk): Promise<readonly string[]> {
  const { structuredContent } = (await client.call('read_graph', {})) as {
    readonly structuredContent: { readonly entities: readonly { readonly name: string }[] };
  };
  return structuredContent.entities.map(({ name }) => name).sort();
}

async function session<T>(work: (client: Talk) => Promise<T>, ...args: readonly string[]): Promise<T> {
  const client = await start(...args);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function shown(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { stdout } = await run(['volumes', '--json']);
  return (JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[]).find(
    ({ name }) => name === volume,
  );
}

/** All volumes of the engine that have no name, whoever made them. */
function anonymous(): string[] {
  const names = execFileSync('docker', ['volume', 'ls', '-q'], { encoding: 'utf8' });
  return names.split('\n').filter((name) => /^[0-9a-f]{64}$/.test(name));
}

test(
  'what a server remembers is there at its next start, and after the launcher was killed',
  { timeout },
  async () => {
    assert.deepEqual(await session(remembered), []);
    await session((client) => remember(client, 'cat'));
    await noneLeft(engine, { [label.server]: server });
    const killed = await start();
    await remember(killed, 'dog');
    await killed.kill();
    assert.deepEqual(await session(remembered), ['cat', 'dog']);
    await eventually(
      () => engine.listContainers({ [label.server]: server }),
      (left) => left.length === 0,
    );
  },
);

test('the volume is named after server and state, and is listed with its size', { timeout }, async () => {
  const facts = await shown();
  assert.deepEqual([facts?.['server'], facts?.['state'], facts?.['containers']], [server, 'graph', []]);
  assert.ok(Number(facts?.['bytes']) > 100, JSON.stringify(facts));
  assert.ok(Math.abs(Date.parse(String(facts?.['created'])) - Date.now()) < timeout);
  const { stdout } = await run(['volumes']);
  assert.match(stdout, /^volume +server +state +size +created +in use$/m);
  assert.match(stdout, new RegExp(`^${volume} +${server} +graph +\\d+ bytes .* no$`, 'm'));
});

test('two sessions at once share it', { timeout }, async () => {
  await session(async (first) => {
    await session((second) => remember(second, 'hen'));
    assert.deepEqual(await remembered(first), ['cat', 'dog', 'hen']);
  });
});

test(
  'the folder belongs to the user of the image, and nothing but it and /tmp can be written',
  { timeout },
  async () => {
    await session(async () => {
      const [container] = await engine.listContainers({ [label.server]: server });
      const look =
        "const s=fs.statSync('/memory');console.log(s.uid,s.gid,process.getuid());try{fs.writeFileSync('/x','')}catch(e){console.log(e.code)}";
      const { stdout } = await engine.exec(container?.id ?? '', ['/usr/local/bin/node', '-e', look]);
      let seen = '';
      for await (const chunk of stdout) seen += String(chunk);
      assert.equal(seen, '65532 65532 65532\nEROFS\n');
    });
  },
);

test('another catalog’s server of the same name is refused what this one keeps', { timeout }, async () => {
  const kept = await session(remembered);
  const other = mkdtempSync(path.join(tmpdir(), 'mcpcat-other-'));
  try {
    cpSync(path.join(catalog.folder, server), path.join(other, server), { recursive: true });
    // Built for the first one: an image belongs to a catalog as what is kept does.
    const image = imageIn({ kind: 'folder', folder: catalog.folder }, server);
    const { code, stderr } = await run(['run', server, '--catalog', other, '--image', image]);
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      new RegExp(`the volume ${volume} is kept by npm:.* of the catalog ${catalog.folder}`),
    );
    await noneLeft(engine, { [label.server]: server });
    assert.deepEqual(await session(remembered), kept);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test(
  'a volume in use is shown as such and not removed, nor are others that were named before it',
  { timeout },
  async () => {
    await session(async () => {
      const { containers } = (await shown()) as { readonly containers: readonly string[] };
      assert.equal(containers.length, 1);
      const { code, stderr } = await run(['volumes', 'rm', volume]);
      assert.equal(code, 3);
      assert.match(
        stderr,
        new RegExp(`the volume ${volume} is in use by ${containers[0]?.slice(0, 12) ?? '-'}\n`),
      );
      assert.match(stderr, new RegExp(`hint: mcpcat stop ${server} ends its server`));
      // The engine's own refusal, for a server that starts between look and removal.
      await assert.rejects(engine.removeVolume(volume), { code: 'volume-in-use' });
    });
    assert.deepEqual(
      (await ourVolumes()).map(({ name }) => name),
      [volume],
    );
  },
);

test(
  'a server that works as another uid has a volume of its own, which it can write',
  { timeout },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-data-'));
    // Under another account than root the folder is that account's already.
    if (process.getuid?.() === 0) chownSync(folder, 1000, 1000);
    const uid = process.getuid?.() === 0 ? 1000 : process.getuid?.();
    const data = ['--mount', `data=${folder}:rw`];
    try {
      await session((client) => remember(client, 'owl'), ...data);
      assert.deepEqual(await session(remembered, ...data), ['owl']);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(
      (await ourVolumes()).map(({ name }) => name),
      [volume, `${volume}-${String(uid)}`],
    );
    assert.ok(!(await session(remembered)).includes('owl'));
  },
);

test('mcpcat test neither sees nor leaves anything', { timeout }, async () => {
  const earlier = anonymous();
  const { code, stdout, stderr } = await run(['test', server, '--catalog', catalog.folder]);
  assert.equal(code, 0, stdout + stderr);
  await eventually(
    () => Promise.resolve(anonymous().filter((name) => !earlier.includes(name))),
    (left) => left.length === 0,
  );
  assert.deepEqual(await session(remembered), ['cat', 'dog', 'hen']);
});

test('prune keeps it', { timeout }, async () => {
  assert.equal((await run(['prune'])).code, 0);
  assert.deepEqual(await session(remembered), ['cat', 'dog', 'hen']);
});

test("a volume that is nobody's, or not a server's, is not removed", { timeout }, async () => {
  const unknown = await run(['volumes', 'rm', volume.replace('graph', 'grahp')]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, new RegExp(`hint: did you mean ${volume}`));
  const foreign = `not-${volume}`;
  execFileSync('docker', ['volume', 'create', '--label', 'io.mcpcat.test=1', foreign]);
  try {
    const { code, stderr } = await run(['volumes', 'rm', volume, foreign]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`no server of yours has a volume "${foreign}"`));
    assert.ok(
      (await ourVolumes()).some(({ name }) => name === volume),
      'one of two was removed',
    );
    execFileSync('docker', ['volume', 'inspect', foreign]);
  } finally {
    execFileSync('docker', ['volume', 'rm', foreign]);
  }
});

test('on request it is removed, and the server starts anew', { timeout }, async () => {
  const { code, stdout } = await run(['volumes', 'rm', volume]);
  assert.deepEqual([code, stdout], [0, `removed ${volume}\n`]);
  assert.equal(await shown(), undefined);
  await engine.removeVolume(volume); // gone already: no error
  assert.deepEqual(await session(remembered), []);
});
