import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { escapePath, goModule, type GoModule } from '../../src/upstream/go-proxy.ts';
import { loopback, type Loopback } from '../fetch/loopback.ts';

const module = '/github.com/!big/server';
const proxy: Readonly<Record<string, string>> = {
  [`${module}/@v/list`]: 'v1.0.0\nv1.2.0\nv1.10.0\nv2.0.0-rc.1\nnot-a-version\n',
  [`${module}/@v/v1.10.0.info`]: '{"Version":"v1.10.0","Time":"2026-01-01T00:00:00Z"}',
  [`${module}/@v/v1.2.0.info`]: '{"Version":"v1.2.0"}',
  [`${module}/@v/main.info`]: '{"Version":"v1.10.1-0.20260101000000-abcdefabcdef"}',
  '/example.com/untagged/@v/list': '',
  '/example.com/untagged/@latest': '{"Version":"v0.0.0-20260101000000-abcdefabcdef"}',
};

async function serve(t: TestContext, answers = proxy): Promise<Loopback> {
  return loopback(t, (request, response) => {
    const body = answers[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end('not found');
    else if (body === 'down') response.writeHead(500).end();
    else response.end(body);
  });
}

async function ask(t: TestContext, path: string, range?: string): Promise<GoModule> {
  return goModule(path, { range, env: { GOPROXY: (await serve(t)).url } });
}

test('upper-case letters are escaped, as the protocol wants it', () => {
  assert.equal(escapePath('github.com/Azure/azure-SDK'), 'github.com/!azure/azure-!s!d!k');
  assert.equal(escapePath('v1.0.0-RC.1+incompatible'), 'v1.0.0-!r!c.1+incompatible');
});

test('the module of a command is the longest prefix that is one, in its newest finished version', async (t) => {
  assert.deepEqual(await ask(t, 'github.com/Big/server/cmd/server'), {
    path: 'github.com/Big/server',
    version: 'v1.10.0',
    published: '2026-01-01T00:00:00Z',
  });
});

test('a range and a version are honoured, with or without the v', async (t) => {
  assert.equal((await ask(t, 'github.com/Big/server', 'v1.2.0')).version, 'v1.2.0');
  assert.equal((await ask(t, 'github.com/Big/server', '1.2.0')).version, 'v1.2.0');
});

test('a module without tags is taken as the proxy knows it', async (t) => {
  assert.equal((await ask(t, 'example.com/untagged')).version, 'v0.0.0-20260101000000-abcdefabcdef');
});

test('a package that no module holds is named with what was asked for', async (t) => {
  await assert.rejects(ask(t, 'example.com/none/x'), {
    code: 'package-unknown',
    message: /^go:example\.com\/none\/x: .* latest$/,
  });
  await assert.rejects(ask(t, 'github.com/Big/server', 'v9.9.9'), {
    code: 'package-unknown',
    message: /version v9\.9\.9$/,
  });
});

test('an outage of the proxy is an outage, wherever it happens, and not a wrong name', async (t) => {
  for (const place of [`${module}/@v/list`, `${module}/@v/v1.10.0.info`]) {
    const { url } = await serve(t, { ...proxy, [place]: 'down' });
    await assert.rejects(goModule('github.com/Big/server', { range: undefined, env: { GOPROXY: url } }), {
      code: 'upstream-unavailable',
    });
  }
});

test('an answer of another shape is an outage', async (t) => {
  const { url } = await serve(t, { ...proxy, [`${module}/@v/v1.10.0.info`]: '<html>' });
  await assert.rejects(goModule('github.com/Big/server', { range: undefined, env: { GOPROXY: url } }), {
    code: 'upstream-unavailable',
  });
});
