import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { listTags } from '../../src/registry/content/tags.ts';
import { faultyProxy, type Fault, type Seen } from '../registry/proxy.ts';
import { account, client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { entryAt, publish } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(() => real[Symbol.asyncDispose]());

/** Each with a registry of its own, so that everything has to be sent. */
async function throughFault(
  fault: (request: Seen, count: number) => Fault | undefined,
): Promise<{ state: string; tags: readonly string[] }> {
  await using own = await openRegistry();
  let count = 0;
  await using proxy = await faultyProxy(own.host, (request) => fault(request, count++));
  using entry = entryAt('1.2.3');
  await entry.prove();
  try {
    const { state } = await publish(entry, { registry: client(proxy.host) });
    return { state, tags: await listTags(client(own.host), 'test/echo') };
  } catch (error) {
    assert.equal(await entry.record(), undefined, 'a record of what was not published');
    assert.deepEqual(await listTags(client(own.host), 'test/echo'), [], 'a tag of what was not published');
    throw error;
  }
}

const isUpload = ({ method }: Seen): boolean => method === 'PUT' || method === 'PATCH';

test('a connection that breaks in the middle of a blob does not stop a push', async () => {
  let broken = 0;
  const { state } = await throughFault((request) =>
    isUpload(request) && /uploads/.test(request.url) && broken++ < 1
      ? { kind: 'break-request', after: 100 }
      : undefined,
  );
  assert.equal(state, 'published');
  assert.ok(broken > 1);
});

test('a registry that asks to slow down is waited for as long as it asks', async () => {
  let asked = 0;
  const started = performance.now();
  const { state } = await throughFault((request) =>
    request.method === 'POST' && asked++ === 0
      ? { kind: 'answer', status: 429, headers: { 'retry-after': '2' }, body: '' }
      : undefined,
  );
  assert.equal(state, 'published');
  assert.ok(asked > 1);
  assert.ok(performance.now() - started >= 2000);
});

test('an answer of 500 now and then does not stop a push', async () => {
  const { state, tags } = await throughFault((_, count) =>
    count % 3 === 1 ? { kind: 'answer', status: 500, body: '' } : undefined,
  );
  assert.equal(state, 'published');
  assert.equal(tags.length, 4);
});

test('a registry that answers 500 all the time ends the push with no tag and no record', async () => {
  const failing = throughFault((request) =>
    isUpload(request) ? { kind: 'answer', status: 500, body: '' } : undefined,
  );
  await assert.rejects(failing, { code: 'upstream-unavailable' });
});

test('a registry that says it stored something else ends the push with no record', async () => {
  const lying = throughFault((request) =>
    request.method === 'PUT' && request.url.includes('/manifests/')
      ? {
          kind: 'answer',
          status: 201,
          headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
          body: '',
        }
      : undefined,
  );
  await assert.rejects(lying, { code: 'integrity-mismatch' });
});

test('without credentials a push is refused with what to do; those of the environment are for one host alone', async () => {
  await using closed = await openRegistry('htpasswd');
  using entry = entryAt('1.2.3');
  await entry.prove();
  const nobody = { DOCKER_CONFIG: '/nonexistent' };
  await assert.rejects(publish(entry, { registry: client(closed.host, { env: nobody }) }), {
    code: 'registry-denied',
    hint: /docker login/,
  });
  assert.equal(await entry.record(), undefined);
  const given = {
    ...nobody,
    MCPCAT_REGISTRY_USER: account.username,
    MCPCAT_REGISTRY_PASSWORD: account.password,
  };
  const elsewhere = { ...given, MCPCAT_REGISTRY: 'registry.example/cat' };
  await assert.rejects(publish(entry, { registry: client(closed.host, { env: elsewhere }) }), {
    code: 'registry-denied',
  });
  const env = { ...given, MCPCAT_REGISTRY: `${closed.host}/cat` };
  assert.equal((await publish(entry, { registry: client(closed.host, { env }) })).state, 'published');
});

test('a record that can’t be read is no record, and the image is packed again', async () => {
  using entry = entryAt('1.2.3');
  await entry.prove();
  const { digest } = await publish(entry, { registry: client(real.host) });
  const file = `${entry.folder}/image.json`;
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 60));
  assert.equal(await entry.record(), undefined);
  const again = await publish(entry, { registry: client(real.host) });
  assert.deepEqual([again.digest, again.sent.blobs], [digest, 0]);
});
