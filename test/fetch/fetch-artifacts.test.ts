import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { zipSync } from 'fflate';
import type { Artifact } from '../../src/catalog/lock.ts';
import { fetchArtifacts, goModFiles } from '../../src/fetch/fetch-artifacts.ts';
import { h1OfGoMod, h1OfZip } from '../../src/fetch/go-hash.ts';
import { Store } from '../../src/fetch/store.ts';
import type { Event } from '../../src/lib/event.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { loopback } from './loopback.ts';

const goMod = Buffer.from('module example.com/m\n');
const zip = Buffer.from(
  zipSync({ 'example.com/m@v1.0.0/go.mod': goMod, 'example.com/m@v1.0.0/m.go': Buffer.from('package m') }),
);

function npm(name: string): Artifact {
  const integrity = `sha512-${createHash('sha512').update(name).digest('base64')}`;
  return { kind: 'npm', name, version: '1.0.0', url: `https://registry.npmjs.org/${name}`, integrity };
}
const go: Artifact = {
  kind: 'go',
  name: 'example.com/m',
  version: 'v1.0.0',
  url: 'https://proxy.golang.org/example.com/m/@v/v1.0.0.zip',
  sum: h1OfZip(zip),
  modSum: h1OfGoMod(goMod),
};

interface Rig {
  readonly events: Event[];
  readonly files: () => string[];
  readonly fetch: (artifacts: readonly Artifact[], url: string) => Promise<string[]>;
}

function rig(t: TestContext): Rig {
  const folder = temporaryFolder(t);
  const events: Event[] = [];
  const names = (): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return {
    events,
    files: () => names().filter((name) => statSync(path.join(folder, name)).isFile()),
    fetch: (artifacts, url) =>
      fetchArtifacts({
        artifacts,
        store: new Store(folder, { npm_config_registry: `${url}/`, GOPROXY: `${url},direct` }),
        subject: 'fixture',
        emit: (event) => events.push(event),
      }),
  };
}

test('files come back in the order of the artifacts, fetched at most twelve at a time', async (t) => {
  let now = 0;
  let max = 0;
  const server = await loopback(t, (request, response) => {
    max = Math.max(max, ++now);
    setTimeout(
      () => {
        now -= 1;
        response.end(request.url?.slice(1));
      },
      5 + Math.random() * 20,
    );
  });
  const { fetch, events } = rig(t);
  const names = Array.from({ length: 40 }, (_, index) => `package-${String(index)}`);
  const files = await fetch(names.map(npm), server.url);
  assert.deepEqual(
    files.map((file) => readFileSync(file, 'utf8')),
    names,
  );
  assert.ok(max > 1 && max <= 12, `${String(max)} at once`);
  assert.deepEqual(events.at(-1), {
    type: 'progress',
    subject: 'fixture',
    stage: 'fetch',
    done: 40,
    total: 40,
    unit: 'files',
  });
});

test('one tampered tarball among many is named; nothing of it is kept and nothing new begins', async (t) => {
  const server = await loopback(t, (request, response) => {
    const name = request.url?.slice(1) ?? '';
    // Long after the tampered one has been refused, on a busy machine too.
    const delay = name === 'package-3' ? 0 : 1000;
    setTimeout(() => response.end(name === 'package-3' ? 'tampered' : name), delay);
  });
  const { fetch, files } = rig(t);
  const artifacts = Array.from({ length: 60 }, (_, index) => npm(`package-${String(index)}`));
  await assert.rejects(fetch(artifacts, server.url), {
    code: 'integrity-mismatch',
    message: /^npm:package-3@1\.0\.0: /,
  });
  const asked = server.requests.length;
  assert.ok(asked <= 24, `${String(asked)} requests`);
  assert.ok(
    files().every((name) => !name.endsWith('.tmp')),
    'what had begun has ended when the failure is said',
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(server.requests.length, asked);
});

test('a Go module and its go.mod are checked by their sums and kept apart', async (t) => {
  const server = await loopback(t, (request, response) =>
    response.end(request.url?.endsWith('.zip') ? zip : goMod),
  );
  const { fetch } = rig(t);
  const artifacts = [go, ...goModFiles([go])];
  const [first = '', second = ''] = await fetch(artifacts, server.url);
  assert.deepEqual(readFileSync(first), zip);
  assert.deepEqual(readFileSync(second), goMod);
  assert.deepEqual(server.requests.toSorted(), [
    '/example.com/m/@v/v1.0.0.mod',
    '/example.com/m/@v/v1.0.0.zip',
  ]);
  assert.deepEqual(await fetch(artifacts, server.url), [first, second]);
  assert.equal(server.requests.length, 2, 'the second time they come from the store');
});

test('a Go module with another content, or that is no zip, is refused and not kept', async (t) => {
  const other = Buffer.from(zipSync({ 'example.com/m@v1.0.0/m.go': Buffer.from('package evil') }));
  for (const body of [other, Buffer.from('<html>no zip</html>'), zip.subarray(0, -10), Buffer.alloc(0)]) {
    const server = await loopback(t, (_, response) => response.end(body));
    const { fetch, files } = rig(t);
    await assert.rejects(fetch([go], server.url), {
      code: 'integrity-mismatch',
      message: /^go:example\.com\/m@v1\.0\.0: expected h1:/,
    });
    assert.deepEqual(files(), []);
  }
});

test('a Go module whose download is cut is tried again, and an outage is no bug of ours', async (t) => {
  const server = await loopback(t, (request, response, time) => {
    if (request.url?.endsWith('.zip') && time === 2) return void response.end(zip);
    response.writeHead(200, { 'content-length': 10_000 });
    response.write('half', () => request.socket.destroy());
  });
  const { fetch, files } = rig(t);
  assert.equal((await fetch([go], server.url)).length, 1);
  await assert.rejects(fetch(goModFiles([go]), server.url), { code: 'upstream-unavailable' });
  assert.equal(files().length, 1);
});
