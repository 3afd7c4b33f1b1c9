import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import { createBody } from '../../src/engine/docker/body.ts';
import { containerFacts } from '../../src/engine/docker/inspect.ts';
import { podman } from '../../src/engine/docker/podman.ts';
import { profileFile } from '../../src/engine/docker/profile-file.ts';
import type { ContainerSettings, Engine } from '../../src/engine/engine.ts';
import { seccompProfile } from '../../src/engine/seccomp/profile.ts';
import { differencesOf } from '../../src/sandbox/differences.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { closed } from '../rig/closed.ts';

const dialect = podman({ profile: '/cache/seccomp.json', version: '5.4.2' });
const tmp = { target: '/tmp', bytes: 65_536, uid: 65_532, gid: 65_532, mode: 0o1777, readOnly: false };
const data = { target: '/data', bytes: 65_536, uid: 65_532, gid: 65_532, mode: 0o700, readOnly: false };
const settings: ContainerSettings = { ...closed('mcpcat/x:local'), hostname: 'mcp', tmpfs: [tmp, data] };

test('Podman is told of no owner, and what it would open by itself is closed', () => {
  assert.deepEqual(createBody(settings, dialect).HostConfig?.Tmpfs, {
    '/tmp': 'rw,nosuid,nodev,noexec,size=65536,mode=1777,notmpcopyup',
    '/data': 'rw,nosuid,nodev,noexec,size=65536,mode=1777,notmpcopyup',
    '/run': 'ro,nosuid,nodev,noexec,size=4096,mode=0555,notmpcopyup',
    '/var/tmp': 'ro,nosuid,nodev,noexec,size=4096,mode=0555,notmpcopyup',
  });
});

test('nothing is closed that is wanted open, and nothing of a root that can be written', () => {
  const targets = (more: Partial<ContainerSettings>): string[] =>
    Object.keys(createBody({ ...settings, tmpfs: [], ...more }, dialect).HostConfig?.Tmpfs ?? {});
  const mounts = [{ kind: 'volume', source: 'v', target: '/var/tmp', readOnly: false }] as const;
  assert.deepEqual(targets({ mounts }), ['/run', '/tmp']);
  assert.deepEqual(targets({ readOnlyRoot: false }), []);
});

test('Podman’s own names lead to 127.0.0.1, before all others', () => {
  const hosts = [{ name: 'a.example.com', address: '127.77.0.1' }];
  const named = { ...settings, nameResolution: { ...settings.nameResolution, hosts } };
  assert.deepEqual(createBody(named, dialect).HostConfig?.ExtraHosts, [
    'localhost:127.0.0.1',
    'mcp:127.0.0.1',
    'a.example.com:127.77.0.1',
  ]);
});

test('what Podman records of it differs in nothing that would permit more', () => {
  const { HostConfig, ...config } = createBody(settings, dialect);
  // It writes all out, and knows none of three that Docker's ordinary containers have.
  const ordinary = dialect.ordinaryCapabilities.map((name) => `CAP_${name}`);
  const body = { Config: config, HostConfig: { ...HostConfig, CapDrop: ordinary, Runtime: 'oci' } };
  const { recorded } = containerFacts(body, dialect);
  assert.equal(recorded.seccomp, 'mcpcat');
  const fields = differencesOf({ ...settings, entrypoint: [] }, recorded).map(({ field }) => field);
  assert.deepEqual(fields, []);
  assert.equal(containerFacts(body).recorded.seccomp, 'other');
});

test('what Podman 4 does not record is not taken for what was asked, and no other namespace passes for it', () => {
  const old = podman({ profile: '/cache/seccomp.json', version: '4.3.1' });
  assert.deepEqual(
    ['shareable', 'host', 'none', 'container:x'].map((recorded) => old.ipc(recorded)),
    ['unsaid', 'host', 'none', 'container:x'],
  );
  assert.equal(dialect.ipc('shareable'), 'shareable');
});

/** Answers as Podman does where it matters, and keeps what it was asked. */
async function fakePodman(t: TestContext): Promise<{ engine: Engine; asked: [string, unknown][] }> {
  const folder = temporaryFolder(t);
  const socket = path.join(folder, 'podman.sock');
  const asked: [string, unknown][] = [];
  const answers: Record<string, unknown> = {
    '/containers/create': { Id: 'c'.repeat(64) },
    '/containers/c1/changes': [
      { Path: '/etc', Kind: 0 },
      { Path: '/etc/x', Kind: 1 },
      { Path: '/var/tmp', Kind: 1 },
    ],
    '/images/load': { stream: 'Loaded image: localhost/mcpcat/a:local,localhost/mcpcat/b:local' },
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push([placeOf(request), body === '' ? undefined : jsonOrText(body)]);
      response.setHeader('libpod-api-version', '5.4.2');
      response.end(JSON.stringify(answers[placeOf(request)] ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const env = { HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') };
  return { engine: await connectEngine({ endpoint: socket, env }), asked };
}

function placeOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
}

function jsonOrText(body: string): unknown {
  return body.startsWith('{') ? JSON.parse(body) : body;
}

test('a volume that keeps its owner is made before the container, and the engine is asked once what it is', async (t) => {
  const { engine, asked } = await fakePodman(t);
  const mount = { kind: 'volume', target: '/state', readOnly: false } as const;
  const mounts = [
    { ...mount, source: 'mcpcat-x-state', labels: { 'io.mcpcat.server': 'x' } },
    { ...mount, target: '/own', source: '', labels: { 'io.mcpcat.server': 'x' } },
  ];
  await engine.createContainer({ ...settings, mounts });
  await engine.createContainer({ ...settings, mounts: [] });
  assert.deepEqual(
    asked.map(([place]) => place),
    ['/_ping', '/volumes/create', '/containers/create', '/containers/create'],
  );
  assert.deepEqual(asked[1]?.[1], { Name: 'mcpcat-x-state', Labels: { 'io.mcpcat.server': 'x' } });
});

test('the places where Podman mounts something count as no change of the server’s', async (t) => {
  const { engine } = await fakePodman(t);
  assert.deepEqual(await engine.containerChanges('c1'), ['/etc/x']);
});

test('errors are not followed where that would end the server', async (t) => {
  const { engine, asked } = await fakePodman(t);
  await assert.rejects(engine.followErrors('c1'), { name: 'McpcatError', code: 'engine-unfit' });
  assert.deepEqual(
    asked.map(([place]) => place),
    ['/_ping'],
  );
});

test('of several loaded images the first is named, as it was saved', async (t) => {
  const { engine } = await fakePodman(t);
  const { Readable } = await import('node:stream');
  assert.equal(await engine.loadImage(Readable.from([Buffer.from('tar')])), 'mcpcat/a:local');
});

test('the profile lies in a file of the user’s own, and is written anew when somebody changed it', async (t) => {
  const folder = path.join(temporaryFolder(t), 'cache', 'mcpcat');
  const file = await profileFile(folder);
  assert.equal(readFileSync(file, 'utf8'), seccompProfile);
  assert.equal(statSync(file).mode & 0o777, 0o644);
  writeFileSync(file, '{"defaultAction":"SCMP_ACT_ALLOW"}');
  assert.equal(await profileFile(folder), file);
  assert.equal(readFileSync(file, 'utf8'), seccompProfile);
  writeFileSync(path.join(folder, 'file'), '');
  await assert.rejects(profileFile(path.join(folder, 'file')), { name: 'McpcatError', code: 'io-failed' });
});
