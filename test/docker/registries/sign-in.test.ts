import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { getManifest, headManifest } from '../../../src/registry/content/manifests.ts';
import { pushImage } from '../../../src/registry/push.ts';
import { faultyProxy, listening } from '../../registry/proxy.ts';
import {
  account,
  client,
  credentialHelper,
  dockerConfig,
  packedImage,
  realRegistry,
} from '../../registry/rig.ts';
import { refreshToken, tokenService } from '../../registry/token-service.ts';

const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
const layers = [[{ name: 'a', content: 'signed in' }]];

test('basic sign-in with what docker login wrote, and with a helper', async () => {
  await using real = await realRegistry('htpasswd');
  await using image = await packedImage(layers);
  using fromFile = dockerConfig({ auths: { [real.host]: { auth } } });
  const pushed = await pushImage(client(real.host, fromFile), image, { repository: 'a/b', tags: ['1'] });
  using fromHelper = dockerConfig({ credHelpers: { [real.host]: 'cats' } });
  const answer = JSON.stringify({
    ServerURL: real.host,
    Username: account.username,
    Secret: account.password,
  });
  credentialHelper(fromHelper.folder, 'cats', `echo '${answer}'`);
  assert.equal(await headManifest(client(real.host, fromHelper), 'a/b', '1'), pushed.digest);
});

test('without credentials, or with wrong ones, the error says how to sign in and shows none', async () => {
  await using real = await realRegistry('htpasswd');
  const wrong = Buffer.from('cat:hunter2').toString('base64');
  using config = dockerConfig({ auths: { [real.host]: { auth: wrong } } });
  using broken = dockerConfig({ credsStore: 'not-there' });
  for (const [registry, message] of [
    [client(real.host), /there are none for it/],
    [client(real.host, config), /does not accept the credentials/],
  ] as const) {
    const error: unknown = await getManifest(registry, 'a/b', '1').catch((caught: unknown) => caught);
    assert.match(inspect(error), /registry-denied/);
    assert.match(inspect(error), message);
    assert.match(inspect(error), new RegExp(`docker login ${real.host}`));
    assert.doesNotMatch(inspect(error, { depth: 9 }), new RegExp(`hunter2|${wrong}`));
  }
  await assert.rejects(getManifest(client(real.host, broken), 'a/b', '1'), {
    hint: /docker-credential-not-there: expected credentials.*docker login/,
  });
});

test('token sign-in: the real registry accepts what a token service signs, one token per scope', async () => {
  await using tokens = await tokenService();
  await using real = await realRegistry(tokens.auth);
  using config = dockerConfig({ auths: { [real.host]: { auth } } });
  await using image = await packedImage([...layers, [{ name: 'b', content: 'b' }]]);
  const registry = client(real.host, config);
  const pushed = await pushImage(registry, image, { repository: 'public/a', tags: ['1', '2'] });
  const scopes = tokens.seen.map(({ url }) =>
    new URL(url, 'http://x').searchParams.getAll('scope').join(' '),
  );
  assert.deepEqual(new Set(scopes), new Set(['repository:public/a:pull', 'repository:public/a:pull,push']));
  assert.ok(tokens.seen.length <= 4, `asked for ${String(tokens.seen.length)} tokens`);
  assert.ok(tokens.seen.every(({ url }) => url.includes('service=registry-of-a-test')));
  const mounted = await pushImage(registry, image, {
    repository: 'public/b',
    tags: [],
    mountFrom: 'public/a',
  });
  assert.equal(mounted.blobs.mounted, 3);
  // Nobody may pull what is public, and no more.
  assert.equal(await headManifest(client(real.host), 'public/a', '1'), pushed.digest);
  await assert.rejects(pushImage(client(real.host), image, { repository: 'public/a', tags: ['3'] }), {
    code: 'registry-denied',
  });
  await assert.rejects(headManifest(client(real.host), 'private/a', '1'), { code: 'registry-denied' });
});

test('an identity token is exchanged, and a wrong one is an error that does not show it', async () => {
  await using tokens = await tokenService();
  await using real = await realRegistry(tokens.auth);
  await using image = await packedImage(layers);
  using config = dockerConfig({ auths: { [real.host]: { identitytoken: refreshToken } } });
  await pushImage(client(real.host, config), image, { repository: 'x', tags: ['1'] });
  assert.ok(tokens.seen.every(({ method, url }) => method === 'POST' && !url.includes(refreshToken)));
  using wrong = dockerConfig({ auths: { [real.host]: { identitytoken: 'hunter2' } } });
  const error: unknown = await headManifest(client(real.host, wrong), 'x', '1').catch(
    (caught: unknown) => caught,
  );
  assert.match(inspect(error), /registry-denied/);
  assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
});

test('an expired token is renewed', async () => {
  await using tokens = await tokenService({ lifetime: 1 });
  await using real = await realRegistry(tokens.auth);
  await using image = await packedImage(layers);
  using config = dockerConfig({ auths: { [real.host]: { auth } } });
  // The registry allows tokens a minute of grace, so a proxy plays the registry that does not.
  let accepted = 0;
  await using proxy = await faultyProxy(real.host, ({ url, headers }) => {
    if (!url.includes('/manifests/') || headers.authorization === undefined) return undefined;
    accepted++;
    if (accepted !== 2) return undefined;
    const challenge = `Bearer realm="${tokens.auth.realm}",service="${tokens.auth.service}",error="invalid_token"`;
    return { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge } };
  });
  using proxied = dockerConfig({ auths: { [proxy.host]: { auth } } });
  await pushImage(client(real.host, config), image, { repository: 'x', tags: ['1'] });
  const registry = client(proxy.host, proxied);
  await headManifest(registry, 'x', '1');
  assert.equal(await headManifest(registry, 'x', '1'), image.manifest.digest);
  assert.equal(accepted, 3);
});

test('credentials never follow a redirect to another host, nor answer its challenge', async () => {
  await using real = await realRegistry('htpasswd');
  const elsewhereSeen: { authorization: string | undefined }[] = [];
  await using elsewhere = await listening([], (incoming, outgoing) => {
    elsewhereSeen.push({ authorization: incoming.headers.authorization });
    outgoing.writeHead(401, { 'www-authenticate': 'Basic realm="give me"' }).end();
  });
  await using proxy = await faultyProxy(real.host, ({ url, headers }) =>
    url.includes('/manifests/') && headers.authorization !== undefined
      ? { kind: 'answer', status: 307, headers: { location: `http://${elsewhere.host}/stolen` } }
      : undefined,
  );
  using config = dockerConfig({ auths: { [proxy.host]: { auth }, [elsewhere.host]: { auth } } });
  await assert.rejects(getManifest(client(proxy.host, config), 'a/b', '1'), { code: 'registry-denied' });
  assert.deepEqual(elsewhereSeen, [{ authorization: undefined }]);
});

test('a registry that sends us to plain http outside loopback is refused before anything is sent', async () => {
  await using real = await realRegistry();
  for (const location of ['http://registry.example.com/x', 'ftp://127.0.0.1/x', 'https://u:p@127.0.0.1/x']) {
    await using proxy = await faultyProxy(real.host, () => ({
      kind: 'answer',
      status: 307,
      headers: { location },
    }));
    await assert.rejects(getManifest(client(proxy.host), 'a/b', '1'), {
      code: 'registry-failed',
      message: /sent on to an https address/,
    });
  }
  const challenge = 'Bearer realm="http://tokens.example.com/t",service="s"';
  await using proxy = await faultyProxy(real.host, () => ({
    kind: 'answer',
    status: 401,
    headers: { 'www-authenticate': challenge },
  }));
  await assert.rejects(getManifest(client(proxy.host), 'a/b', '1'), { code: 'registry-failed' });
});
