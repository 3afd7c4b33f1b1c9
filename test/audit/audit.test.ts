import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { audit, type AuditRequest } from '../../src/audit/audit.ts';
import type { AuditReport } from '../../src/audit/report.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { entryText } from '../catalog/entry-text.ts';
import { FakeRelay } from '../egress/fake-relay.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';
import { mcpServer } from '../smoke/fake-server.ts';

interface Rig {
  readonly engine: FakeEngine;
  readonly run: (more?: Partial<AuditRequest>) => Promise<AuditReport>;
}

/** What a server of this engine does over its tunnel when one of its tools is called. */
type OnCall = (relay: FakeRelay, tool: string) => Promise<void>;

async function rig(
  t: TestContext,
  { tools, onCall, files = [] }: { tools: readonly string[]; onCall: OnCall; files?: readonly string[] },
): Promise<Rig> {
  const root = temporaryFolder(t, {
    'notes/server.yaml': entryText('notes', { more: 'permissions:\n  network: [api.example.net]\n' }),
  });
  const engine = new FakeEngine();
  let relay: FakeRelay | undefined;
  const server = mcpServer({
    tools,
    onCall: async (tool) => {
      if (relay !== undefined) await onCall(relay, tool);
    },
  });
  engine.addImage({ tags: ['mcpcat/notes:local'] }, server);
  engine.onExec = (exec) => {
    if (exec.command.includes('relay')) relay = new FakeRelay(exec.stdin, exec.stdout);
    else if (exec.command.includes('probe')) listFiles(exec, files);
    else exec.stdin.resume().once('end', () => exec.exit(0));
  };
  const request = {
    engine,
    server: await loadServer(root, 'notes'),
    image: 'mcpcat/notes:local',
    labels: { test: 'audit' },
    live: false,
    settings: {},
    tools: [],
    deadlineMs: 60_000,
  };
  return { engine, run: (more = {}) => audit({ ...request, ...more }) };
}

/** `mcpcat-init probe list:PATH…`: everything is in the home. */
function listFiles(exec: FakeExec, files: readonly string[]): void {
  exec.stdin.resume();
  for (const [index, attempt] of exec.command.slice(2).entries()) {
    const found = attempt === 'list:/home/mcpcat' ? files : [];
    for (const file of found)
      exec.stdout.write(`${String(index)} item ${Buffer.from(file).toString('hex')}\n`);
    exec.stdout.write(`${String(index)} ok \n`);
  }
  exec.exit(0);
}

/** Looks the name up, connects, says hello and goes. */
async function visit(relay: FakeRelay, name: string): Promise<void> {
  const address = await relay.lookup(name);
  assert.ok(address, `${name} has no address`);
  const stream = relay.connect(address, 443);
  stream.on('error', () => undefined).resume();
  await stream.connected;
  stream.write(`GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
  stream.end();
  await once(stream, 'close');
}

test('a host that a tool reaches for is told with the tool, and the patch permits it', async (t) => {
  const { engine, run } = await rig(t, {
    tools: ['fetch', 'idle'],
    onCall: (relay, tool) => (tool === 'fetch' ? visit(relay, 'other.invalid') : Promise.resolve()),
  });
  const report = await run();
  assert.equal(report.failure, undefined);
  const found = report.hosts.map(({ name, port, declared, during }) => ({ name, port, declared, during }));
  assert.deepEqual(found, [{ name: 'other.invalid', port: 443, declared: false, during: ['fetch'] }]);
  assert.deepEqual(report.undeclared.network, ['other.invalid']);
  assert.match(report.patch, /^\+.*other\.invalid/m);
  // A sinkhole answers nobody: what was not used today may be needed after an answer.
  assert.deepEqual(report.unused.network, ['api.example.net']);
  assert.match(report.patch, /^[ +].*api\.example\.net/m);
  assert.equal(engine.containers.size, 0);
});

test('a declared host is no finding, and what it leaves in its home is', async (t) => {
  const { run } = await rig(t, {
    tools: ['fetch'],
    onCall: (relay) => visit(relay, 'api.example.net'),
    files: ['/home/mcpcat/.notes/index.db'],
  });
  const report = await run();
  assert.deepEqual(report.undeclared.network, []);
  assert.deepEqual(report.unused.network, []);
  assert.deepEqual(report.writes.outside, ['/home/mcpcat/.notes/index.db']);
});

test('only tools that were named are called, and with real hosts none that may change something', async (t) => {
  const called: string[] = [];
  const { run } = await rig(t, {
    tools: ['read', 'write'],
    onCall: (_, tool) => Promise.resolve(void called.push(tool)),
  });
  const named = await run({ tools: ['write'] });
  assert.deepEqual(called, ['write']);
  assert.deepEqual(
    named.tools.map(({ name, outcome }) => [name, outcome]),
    [
      ['read', 'left-out'],
      ['write', 'answered'],
    ],
  );
  await run({ live: true });
  assert.deepEqual(called, ['write'], 'none says that it only reads');
});

test('without an image nothing is started, and a cancelled audit is no report', async (t) => {
  const cancel = new AbortController();
  const { engine, run } = await rig(t, {
    tools: ['stop'],
    onCall: () => Promise.resolve(cancel.abort()),
  });
  await assert.rejects(run({ image: 'mcpcat/other:local' }), { code: 'image-missing' });
  assert.ok(!engine.calls.some(({ method }) => method === 'createContainer'));
  await assert.rejects(run({ signal: cancel.signal }), { code: 'cancelled' });
  assert.equal(engine.containers.size, 0);
});
