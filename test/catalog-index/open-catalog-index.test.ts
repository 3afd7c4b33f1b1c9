import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { catalogSource } from '../../src/catalog/catalog-source.ts';
import { openCatalogIndex, type OpenRequest } from '../../src/catalog-index/open-catalog-index.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogIndexOf, trust } from './rig.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than a busy machine takes. */
const generous = { launchMs: 120_000, patientMs: 120_000, withoutCopyMs: 120_000 };

/** A catalog on a loopback server whose behaviour a test changes, read with one cache. */
async function rig(t: TestContext) {
  const { text } = await catalogIndexOf(t, 'x');
  const served = (etag: string, body = text): Answer => {
    return (request, response) => {
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
      response.writeHead(200, { etag, 'content-type': 'application/json' }).end(body);
    };
  };
  const now = { answer: served('"1"') };
  const seen: IncomingMessage['headers'][] = [];
  const server = await loopback(t, (request, response) => {
    seen.push(request.headers);
    now.answer(request, response);
  });
  const cache = temporaryFolder(t);
  const said: string[] = [];
  const open = (
    mode: 'launch' | 'patient' = 'patient',
    more: Pick<OpenRequest, 'timeouts'> = { timeouts: generous },
  ) =>
    openCatalogIndex({
      trust,
      ...more,
      source: { kind: 'url', url: `${server.url}/catalog.json` },
      cache,
      mode,
      say: (line) => said.push(line),
    });
  return { text, now, served, seen, cache, said, open };
}

test('the second request is a conditional one, and its 304 is believed', async (t) => {
  const { open, seen, said } = await rig(t);
  const first = await open();
  assert.deepEqual(await open(), first);
  assert.deepEqual(
    seen.map((headers) => headers['if-none-match']),
    [undefined, '"1"'],
  );
  assert.deepEqual(said, []);
});

test('a new text takes the place of the copy', async (t) => {
  const { now, served, open, seen } = await rig(t);
  await open();
  const { text } = await catalogIndexOf(t, 'y');
  now.answer = served('"2"', text);
  assert.deepEqual(Object.keys((await open()).servers), ['y']);
  await open();
  assert.equal(seen.at(-1)?.['if-none-match'], '"2"');
});

test('without an ETag the date of the last change is the condition', async (t) => {
  const { now, text, open, seen } = await rig(t);
  const date = 'Sat, 21 Nov 2026 10:00:00 GMT';
  now.answer = (request, response) =>
    request.headers['if-modified-since'] === date
      ? response.writeHead(304).end()
      : response.writeHead(200, { 'last-modified': date }).end(text);
  await open();
  await open();
  assert.deepEqual(
    seen.map((headers) => headers['if-modified-since']),
    [undefined, date],
  );
});

test('a redirect on this machine is followed', async (t) => {
  const { now, text, open } = await rig(t);
  now.answer = (request, response) =>
    request.url === '/moved' ? response.end(text) : response.writeHead(302, { location: '/moved' }).end();
  assert.deepEqual(Object.keys((await open()).servers), ['x']);
});

/** Ways in which an address can fail, and what is said of it. */
const failures: Readonly<Record<string, readonly [Answer, RegExp]>> = {
  'answers 500': [(_, response) => void response.writeHead(500).end('sorry'), /answers 500/],
  'answers 404': [(_, response) => void response.writeHead(404).end(), /answers 404/],
  'is too busy': [
    (_, response) => void response.writeHead(429, { 'retry-after': '60' }).end(),
    /answers 429/,
  ],
  'breaks off': [
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000000' }).write('{"catalogVersion": 3,');
      setTimeout(() => response.destroy(), 50);
    },
    /the catalog http/,
  ],
  'sends garbage': [(_, response) => void response.end('<html>Sign in</html>'), /:1:1: expected a value/],
  'sends bytes that are no text': [
    (_, response) => void response.end(Buffer.from([0xff, 0xfe, 0x00])),
    /the catalog http/,
  ],
  'sends a newer version': [
    (_, response) => void response.end('{"catalogVersion": 4}'),
    /expected 3, found 4/,
  ],
  'sends too much': [
    (_, response) => {
      const piece = Buffer.alloc(1024 ** 2, 32);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    /expected up to 32 MB, found more/,
  ],
  'leads to an unsafe place': [
    (_, response) => void response.writeHead(302, { location: 'http://192.0.2.1/catalog.json' }).end(),
    /redirects to http:\/\/192\.0\.2\.1, where anybody could answer/,
  ],
  'leads to a file': [
    (_, response) => void response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
    /redirects to file:/,
  ],
  'leads round in a circle': [
    (request, response) => void response.writeHead(307, { location: request.url ?? '' }).end(),
    /redirects more than 5 times/,
  ],
};
for (const [what, [answer, said]] of Object.entries(failures)) {
  test(`an address that ${what} is an error, and nothing is kept`, async (t) => {
    const { now, cache, open } = await rig(t);
    now.answer = answer;
    await assert.rejects(open('launch'), (error: Error) => {
      assert.match(error.message, said);
      return true;
    });
    assert.deepEqual(readdirSync(cache), []);
  });

  test(`an address that ${what} leaves the copy in force, and that is said`, async (t) => {
    const { now, open, said: lines, served, seen } = await rig(t);
    const first = await open();
    now.answer = answer;
    assert.deepEqual(await open('launch'), first);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', said);
    assert.match(lines[0] ?? '', /this is the copy of 0 min ago$/);
    now.answer = served('"1"');
    assert.deepEqual(await open(), first);
    assert.equal(seen.at(-1)?.['if-none-match'], '"1"', 'the copy is still the one of that ETag');
  });
}

test(
  'a server that takes for ever does not keep a launch waiting where there is a copy',
  { timeout: 60_000 },
  async (t) => {
    const { now, open, said } = await rig(t);
    const first = await open();
    now.answer = (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(drip));
    };
    assert.deepEqual(await open('launch', {}), first);
    assert.match(said[0] ?? '', /no answer within 1\.5 s/);
  },
);

test('nobody there: the copy serves, and without one the error names the address', async (t) => {
  const { open, said } = await rig(t);
  await open();
  const gone = { kind: 'url', url: 'http://127.0.0.1:9/catalog.json' } as const;
  const nobody = {
    trust,
    source: gone,
    cache: temporaryFolder(t),
    mode: 'patient',
    say: () => undefined,
  } as const;
  await assert.rejects(openCatalogIndex(nobody), {
    code: 'upstream-unavailable',
    message: /^the catalog http:\/\/127\.0\.0\.1:9\/catalog\.json: /,
  });
  assert.deepEqual(said, []);
});

test('a copy that was changed or cut is not believed', async (t) => {
  const { cache, now, open, seen } = await rig(t);
  await open();
  const folder = path.join(cache, 'catalogs');
  const file = readdirSync(folder).find((name) => !name.includes('facts')) ?? '';
  const text = readFileSync(path.join(folder, file), 'utf8');
  writeFileSync(path.join(folder, file), text.replace('"network": []', '"network": ["*"]'));
  await open();
  assert.equal(seen.at(-1)?.['if-none-match'], undefined, 'no condition for a text that is not the one');
  writeFileSync(path.join(folder, file), text.slice(0, 100));
  now.answer = (_, response) => void response.writeHead(500).end();
  await assert.rejects(open(), { code: 'upstream-unavailable' });
});

test('a cache that can not be written costs only time', async (t) => {
  const { text } = await catalogIndexOf(t, 'x');
  const server = await loopback(t, (_, response) => response.end(text));
  const cache = path.join(temporaryFolder(t, { file: '' }), 'file');
  const source = { kind: 'url', url: `${server.url}/c.json` } as const;
  for (let time = 0; time < 2; time++)
    assert.deepEqual(
      Object.keys(
        (await openCatalogIndex({ trust, source, cache, mode: 'patient', say: assert.fail })).servers,
      ),
      ['x'],
    );
});

test('a file is read, and one that is missing, a folder or huge is an error', async (t) => {
  const { catalogIndex, text } = await catalogIndexOf(t, 'x');
  const folder = temporaryFolder(t, { 'c.json': text, 'big.json': ' '.repeat(33 * 1024 ** 2) });
  mkdirSync(path.join(folder, 'folder.json'));
  const open = (name: string) =>
    openCatalogIndex({
      trust,
      source: { kind: 'file', file: path.join(folder, name) },
      cache: folder,
      mode: 'patient',
      say: assert.fail,
    });
  assert.deepEqual(await open('c.json'), catalogIndex);
  await assert.rejects(open('none.json'), { code: 'io-failed' });
  await assert.rejects(open('folder.json'), { code: 'io-failed' });
  await assert.rejects(open('big.json'), { code: 'entry-invalid', message: /32 MB/ });
});

const sources: Readonly<Record<string, 'url' | 'folder' | 'file' | RegExp>> = {
  'https://example.com/catalog.json': 'url',
  'http://127.0.0.1:8080/catalog.json': 'url',
  'http://localhost/catalog.json': 'url',
  'http://[::1]/catalog.json': 'url',
  'http://example.com/catalog.json': /expected https/,
  'http://127.0.0.1.example.com/catalog.json': /expected https/,
  'ftp://example.com/catalog.json': /expected https/,
  'file:///etc/passwd': /expected https/,
  'https://me:secret@example.com/c.json': /without user and password/,
  '/nowhere/catalog.json': 'file',
  '/nowhere/catalog': 'folder',
};
for (const [text, expected] of Object.entries(sources))
  test(`--catalog ${text} is ${String(expected)}`, () => {
    const choose = () => catalogSource({ option: text, env: {} });
    if (typeof expected === 'string') return assert.equal(choose().kind, expected);
    assert.throws(choose, (error: Error) => {
      assert.match(error.message, expected);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
