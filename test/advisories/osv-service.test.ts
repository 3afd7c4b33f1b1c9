import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import type { Identity } from '../../src/advisories/identity.ts';
import { askOsv, type OsvAnswer } from '../../src/advisories/osv-service.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const Batch = z.object({
  queries: z.array(
    z.object({
      package: z.object({ ecosystem: z.string(), name: z.string() }),
      version: z.string(),
      page_token: z.string().optional(),
    }),
  ),
});
type Query = z.infer<typeof Batch>['queries'][number];

interface Fake {
  readonly address: string;
  readonly requests: string[];
  readonly queries: Query[];
}

/** OSV's service on loopback: it speaks its protocol, because the real one answers neither wrongly nor everywhere. */
async function osv(
  t: TestContext,
  { answer, status = 200 }: { answer: (query: Query) => object; status?: number },
): Promise<Fake> {
  const requests: string[] = [];
  const queries: Query[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    void text(request).then((body) => {
      const id = /^\/v1\/vulns\/(.+)$/.exec(request.url ?? '')?.[1];
      if (id === 'GONE') return response.writeHead(404).end();
      if (id !== undefined) return response.end(JSON.stringify({ id, affected: [] }));
      const asked = Batch.parse(JSON.parse(body)).queries;
      queries.push(...asked);
      const bad = asked.some(({ package: { ecosystem } }) => ecosystem === 'PyPI') ? status : 200;
      return response.writeHead(bad).end(JSON.stringify({ results: asked.map(answer) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  return { address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, requests, queries };
}

const npm = (name: string, version = '1.0.0'): Identity => ({ ecosystem: 'npm', name, version });
const vuln = (id: string): object => ({ vulns: [{ id, modified: '2026-11-01T00:00:00Z' }] });

async function ask(t: TestContext, { address }: Fake, identities: readonly Identity[]): Promise<OsvAnswer> {
  return askOsv({ address, identities, cacheFolder: temporaryFolder(t), today: '2026-11-27' });
}

test('each package in each version is asked about once, a thousand at a time, and each record fetched once', async (t) => {
  const fake = await osv(t, { answer: () => vuln('GHSA-1') });
  const many = Array.from({ length: 1500 }, (_, index) => npm(`p${String(index)}`));
  const { files, answered, missing } = await ask(t, fake, [...many, ...many]);
  assert.deepEqual(fake.requests, ['POST /v1/querybatch', 'POST /v1/querybatch', 'GET /v1/vulns/GHSA-1']);
  assert.equal(fake.queries.length, 1500);
  assert.deepEqual(files, [{ name: 'GHSA-1', text: '{"id":"GHSA-1","affected":[]}' }]);
  assert.deepEqual([...answered], [['npm', '2026-11-27']]);
  assert.deepEqual(missing, []);
});

test('an answer of several pages is read to its end', async (t) => {
  const fake = await osv(t, {
    answer: ({ page_token: token }) =>
      token === 'more' ? vuln('GHSA-2') : { ...vuln('GHSA-1'), next_page_token: 'more' },
  });
  const { files } = await ask(t, fake, [npm('a')]);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['GHSA-1', 'GHSA-2'],
  );
});

test('a record that has not changed is not fetched again', async (t) => {
  const fake = await osv(t, { answer: () => vuln('GHSA-1') });
  const request = {
    address: fake.address,
    identities: [npm('a')],
    cacheFolder: temporaryFolder(t),
    today: '2026-11-27',
  };
  const first = await askOsv(request);
  const second = await askOsv(request);
  assert.deepEqual(second.files, first.files);
  assert.equal(fake.requests.filter((line) => line.startsWith('GET')).length, 1);
});

test('Go’s versions are asked for without their v', async (t) => {
  const fake = await osv(t, { answer: () => ({}) });
  await ask(t, fake, [{ ecosystem: 'Go', name: 'example.org/x', version: 'v1.2.3' }]);
  assert.equal(fake.queries[0]?.version, '1.2.3');
});

test('an ecosystem without a hole was checked; one that fails, or of which a record is missing, was not', async (t) => {
  const pypi: Identity = { ecosystem: 'PyPI', name: 'anyio', version: '4.0' };
  const go: Identity = { ecosystem: 'Go', name: 'example.org/x', version: 'v1.2.3' };
  const fake = await osv(t, {
    answer: ({ package: { ecosystem } }) => (ecosystem === 'Go' ? vuln('GONE') : {}),
    status: 400,
  });
  const { answered, missing } = await ask(t, fake, [npm('a'), pypi, go]);
  assert.deepEqual([...answered.keys()], ['npm']);
  assert.match(missing.join('\n'), /^PyPI was not checked online: .*400.*\nGo was not checked online: /);
});

test('fewer answers than questions are none', async (t) => {
  const fake = await osv(t, { answer: () => ({}) });
  const short = await osv(t, { answer: () => ({ vulns: [{ id: 7 }] }) });
  assert.equal((await ask(t, fake, [npm('a')])).answered.size, 1);
  assert.equal((await ask(t, short, [npm('a')])).answered.size, 0);
});

test('a service that nobody answers for leaves everything unchecked', async (t) => {
  const { answered, missing } = await ask(t, { address: 'http://127.0.0.1:9', requests: [], queries: [] }, [
    npm('a'),
  ]);
  assert.equal(answered.size, 0);
  assert.equal(missing.length, 1);
});

test('whoever ends it in the middle of an answer has no answer, and nothing is said to be unchecked', async (t) => {
  const ended = new AbortController();
  const server = createServer((_, response) => {
    response.write('{"results":', () => setImmediate(() => ended.abort()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const request = { address, identities: [npm('x')], cacheFolder: temporaryFolder(t), today: '2026-11-27' };
  await assert.rejects(askOsv({ ...request, signal: ended.signal }), { code: 'cancelled' });
});
