import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { EngineInfo, ImageFacts, Platform } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import type { Event } from '../../src/lib/event.ts';
import { pulledImage } from '../../src/catalog/quick-image.ts';
import { pullServer, type PullRequest } from '../../src/pull/pull-server.ts';
import { pushImage, pushIndex } from '../../src/registry/push.ts';
import { faultyProxy, type Fault, type Seen } from '../registry/proxy.ts';
import { client, packedImage, openRegistry, type OpenRegistry } from '../registry/rig.ts';

let real: OpenRegistry;
let digest: string;
before(async () => {
  real = await openRegistry();
  const registry = client(real.host);
  const target = { repository: 'test/echo', tags: [] };
  const images = [];
  for (const architecture of ['amd64', 'arm64']) {
    const content = Buffer.alloc(500_000, architecture);
    await using image = await packedImage([[{ name: 'a', content }]], { config: { architecture } });
    images.push(await pushImage(registry, image, target));
  }
  digest = await pushIndex(registry, images, target);
});
after(() => real[Symbol.asyncDispose]());

interface Loaded {
  readonly engine: PullRequest['engine'];
  /** Name → archive. */
  readonly images: Map<string, Buffer>;
}

/** An engine that keeps archives by the name in them. */
function emptyEngine({
  platform = 'linux/amd64',
  full = false,
}: { platform?: Platform; full?: boolean } = {}): Loaded {
  const images = new Map<string, Buffer>();
  const engine: PullRequest['engine'] = {
    info: async () => Promise.resolve({ platform } as unknown as EngineInfo),
    inspectImage: async (reference) =>
      Promise.resolve(images.has(reference) ? ({ id: 'sha256:1' } as unknown as ImageFacts) : undefined),
    async loadImage(archive: Readable) {
      const content = await buffer(archive);
      if (full) throw new McpcatError('disk-full', 'load an image: no space left on device');
      const name = /"RepoTags":\["([^"]+)"\]/.exec(content.toString('latin1'))?.[1] ?? '';
      images.set(name, content);
      return name;
    },
  };
  return { engine, images };
}

function request(
  { engine }: Loaded,
  { host = real.host, events = [], ...more }: Partial<PullRequest> & { host?: string; events?: Event[] } = {},
): PullRequest {
  const image = { digest, repository: `${host}/test/echo` };
  const emit = (event: Event): void => void events.push(event);
  return {
    name: 'echo',
    image,
    engine,
    always: false,
    env: { DOCKER_CONFIG: '/nonexistent' },
    emit,
    ...more,
  };
}

test('an image comes by the digest of the catalog, under a name that belongs to it alone', async () => {
  const here = emptyEngine();
  const events: Event[] = [];
  await using proxy = await faultyProxy(real.host, () => undefined);
  const pulled = await pullServer(request(here, { host: proxy.host, events }));
  assert.deepEqual([pulled.from, pulled.image], ['registry', pulledImage('echo', { digest })]);
  assert.match(pulled.image, /^mcpcat\/echo:sha256-[0-9a-f]{32}$/);
  assert.deepEqual([...here.images.keys()], [pulled.image]);
  assert.ok(
    proxy.seen.every(({ url }) => /@?sha256:[0-9a-f]{64}$/.test(url) || url === '/v2/'),
    'a tag was asked for',
  );
  const last = events.filter((event) => event.type === 'progress').at(-1);
  assert.equal(last?.done, last?.total);
});

test('each engine gets the image of its platform', async () => {
  const [amd64, arm64] = [emptyEngine(), emptyEngine({ platform: 'linux/arm64' })];
  await pullServer(request(amd64));
  await pullServer(request(arm64));
  const contents = [amd64, arm64].map(({ images }) => [...images.values()][0]);
  assert.ok(contents[0] !== undefined && contents[1] !== undefined && !contents[0].equals(contents[1]));
});

test('what is here starts without any registry, and is only fetched again if that is asked for', async () => {
  const here = emptyEngine();
  await pullServer(request(here));
  const offline = request(here, { host: '127.0.0.1:1' });
  assert.equal((await pullServer(offline)).from, 'engine');
  assert.equal((await pullServer(request(here, { always: true }))).from, 'registry');
});

/** The engine and what came of a pull with one fault on the way. */
async function throughFault(fault: (request: Seen, count: number) => Fault | undefined): Promise<void> {
  const here = emptyEngine();
  let count = 0;
  await using proxy = await faultyProxy(real.host, (seen) => fault(seen, count++));
  try {
    await pullServer(request(here, { host: proxy.host }));
  } catch (error) {
    assert.equal(here.images.size, 0, 'something was kept');
    throw error;
  }
}

const isBlob = ({ url }: Seen): boolean => url.includes('/blobs/');

test('a changed blob, manifest or index is refused, and nothing is kept', async () => {
  const mismatch = { code: 'integrity-mismatch' };
  await assert.rejects(
    throughFault((seen) => (isBlob(seen) ? { kind: 'flip' } : undefined)),
    mismatch,
  );
  await assert.rejects(
    throughFault((seen) => (isBlob(seen) ? undefined : { kind: 'flip' })),
    mismatch,
  );
  await assert.rejects(
    throughFault((seen) => (!isBlob(seen) && !seen.url.endsWith(digest) ? { kind: 'flip' } : undefined)),
    mismatch,
  );
});

test('a connection that breaks, a 429 and a 500 do not stop a pull', async () => {
  await throughFault((seen, count) =>
    isBlob(seen) && count < 5 ? { kind: 'break-answer', after: 200 } : undefined,
  );
  await throughFault((_, count) =>
    count === 0 ? { kind: 'answer', status: 429, headers: { 'retry-after': '1' }, body: '' } : undefined,
  );
  await throughFault((_, count) => (count % 2 === 0 ? { kind: 'answer', status: 500, body: '' } : undefined));
});

test('a full disk of the engine is said as such', async () => {
  const here = emptyEngine({ full: true });
  await assert.rejects(pullServer(request(here)), { code: 'disk-full' });
  assert.equal(here.images.size, 0);
});

test('a digest that the registry does not have, and an image that nobody has published, are said', async () => {
  const here = emptyEngine();
  const image = { digest: `sha256:${'0'.repeat(64)}`, repository: `${real.host}/test/echo` };
  await assert.rejects(pullServer(request(here, { image })), { code: 'image-missing' });
  for (const unpublished of [undefined, { digest, repository: undefined }])
    await assert.rejects(pullServer({ ...request(here), image: unpublished }), {
      code: 'image-missing',
      hint: /mcpcat build echo/,
    });
});

test('a registry that wants credentials is named, with what to do', async () => {
  await using closed = await openRegistry('htpasswd');
  await assert.rejects(pullServer(request(emptyEngine(), { host: closed.host })), {
    code: 'registry-denied',
    hint: /docker login/,
  });
});
