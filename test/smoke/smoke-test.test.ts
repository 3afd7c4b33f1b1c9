import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Proof } from '../../src/catalog/proof.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import type { SmokeResult } from '../../src/smoke/smoke-test.ts';
import { entryText } from '../catalog/entry-text.ts';
import { entryOf } from '../sandbox/fixtures.ts';
import { mcpServer, soundProbe, type Behaviour } from './fake-server.ts';
import { smokeRig, type SmokeRig } from './smoke-rig.ts';

function rig(behaviour: Behaviour = {}): SmokeRig {
  const { entry } = parseEntry('server.yaml', entryText('notes'), 'notes');
  assert.ok(entry);
  return smokeRig(entry, behaviour);
}

const kinds = ({ report }: SmokeResult): string[] => report.findings.map(({ kind }) => kind);

test('a sound server passes, with its tools and a proof, and no container is left', async () => {
  const { engine, run } = rig({ tools: ['say', 'ask'] });
  const result = await run();
  const { report, tools, proof } = result;
  assert.deepEqual([report.passed, kinds(result)], [true, []]);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['ask', 'say'],
  );
  assert.equal(report.serverInfo?.name, 'fake');
  assert.ok(report.proof.works === 1 && report.proof.refused > 20, JSON.stringify(report.proof));
  assert.deepEqual([proof?.image.fingerprint, proof?.tools, proof?.refused], ['f1', 2, report.proof.refused]);
  assert.equal(engine.containers.size, 0);
});

test('a test in a stronger isolation starts every container in it, and its proof says so; others say nothing', async () => {
  const { engine, run } = rig();
  const runtimes = new Set<string | undefined>();
  const create = engine.createContainer.bind(engine);
  engine.createContainer = (settings) => {
    if (settings.entrypoint?.[0] !== '/never-started') runtimes.add(settings.runtime);
    return create(settings);
  };
  const { proof } = await run({ isolation: { name: 'gvisor', runtime: 'runsc' } });
  assert.deepEqual([proof?.isolation, [...runtimes]], ['gvisor', ['runsc']]);
  assert.equal(Proof.parse(JSON.parse(JSON.stringify(proof))).isolation, 'gvisor');
  const plain = await run();
  assert.ok(plain.proof !== undefined && !Object.hasOwn(plain.proof, 'isolation'));
  // As all proofs that are older have it.
  assert.equal(Proof.parse(JSON.parse(JSON.stringify(plain.proof))).isolation, undefined);
});

test('without an image nothing is started', async () => {
  const { engine, run } = rig();
  await assert.rejects(run({ image: 'mcpcat/other:local' }), { code: 'image-missing' });
  assert.ok(!engine.calls.some(({ method }) => method === 'createContainer'));
});

test('a server that dies at its start fails with its last words, and has no proof', async () => {
  const result = await rig({ dies: { words: 'no key', exitCode: 3 } }).run();
  assert.deepEqual([result.report.passed, result.proof, result.tools], [false, undefined, []]);
  assert.match(JSON.stringify(result.report.findings), /no key/);
});

test('what is no JSON-RPC on stdout is a finding with its words', async () => {
  const { report } = await rig({ banner: 'Welcome!' }).run();
  assert.match(JSON.stringify(report.findings), /Welcome!/);
});

test('a server that process 1 has to stop at the end of its input is a finding', async () => {
  assert.ok(kinds(await rig({ ignoresEof: true }).run()).includes('ignores-eof'));
});

test('a server that process 1 cut off once while it was answering neither ignores its end nor drops answers', async () => {
  const result = await rig({ slowAtFirst: true }).run();
  assert.deepEqual([result.report.passed, kinds(result)], [true, []]);
  assert.ok(result.report.checks.includes('exit'));
  assert.ok(!result.report.checks.includes('answers'), 'what could not be told is not claimed');
});

test('a sandbox that lets more through than is declared fails, and names what', async () => {
  const { engine, run } = rig();
  engine.onExec = soundProbe(['/tmp', '/etc']);
  const result = await run();
  assert.deepEqual(
    [result.report.passed, kinds(result), result.proof],
    [false, ['sandbox-leaks'], undefined],
  );
  assert.match(JSON.stringify(result.report.findings), /writing to \/etc/);
});

test('a declared folder that is closed fails, and a probe that gives no answer proves nothing', async () => {
  const { engine, run } = rig();
  engine.onExec = soundProbe([]);
  assert.deepEqual(kinds(await run()), ['declared-but-closed']);
  engine.onExec = (exec) => exec.exit(127);
  const silent = await run();
  assert.deepEqual([silent.report.passed, kinds(silent)], [false, ['not-probed']]);
});

test('tools that differ from the reviewed ones fail, unless none are given to compare with', async () => {
  const { engine, run } = rig();
  const { tools: reviewed } = await run();
  assert.equal((await run({ reviewed })).report.passed, true);
  engine.addImage({ tags: ['mcpcat/notes:2'] }, mcpServer({ tools: ['say', 'delete_all'] }));
  const changed = await run({ image: 'mcpcat/notes:2', reviewed });
  assert.deepEqual([changed.report.passed, changed.proof], [false, undefined]);
  assert.match(JSON.stringify(changed.report.findings), /delete_all/);
  assert.equal((await run({ image: 'mcpcat/notes:2' })).report.passed, true);
});

test('a test that is cancelled at its start is no verdict, and leaves no container', async () => {
  const { engine, run } = rig();
  const cancel = new AbortController();
  engine.hold('startContainer');
  const tested = run({ signal: cancel.signal });
  const start = await engine.next('startContainer');
  cancel.abort();
  await start.release();
  await assert.rejects(tested, { code: 'cancelled', message: 'notes: the test was cancelled' });
  assert.equal(engine.containers.size, 0);
});

test('a test that is cancelled while the server is asked is no verdict either', async () => {
  const { engine, run } = rig();
  const cancel = new AbortController();
  engine.onExec = () => cancel.abort();
  await assert.rejects(run({ signal: cancel.signal }), { code: 'cancelled' });
  assert.equal(engine.containers.size, 0);
});

test('a folder that is seen at the path it has on the user’s machine is tried there with every owner', async () => {
  const mount = { name: 'output', target: '/tmp/output', mode: 'rw', samePath: true, description: 'Results' };
  const entry = entryOf({ permissions: { writable: ['/tmp'], mounts: [mount] } });
  const { engine, run } = smokeRig(entry, {});
  const tried: string[] = [];
  engine.onExec = (exec) => {
    const handed = exec.command.flatMap((word) => /^write:(.*mcpcat-test-.*)$/.exec(word)?.[1] ?? []);
    tried.push(...exec.command.filter((word) => word.startsWith('list:')));
    soundProbe(['/tmp', ...handed])(exec);
  };
  const { report } = await run();
  assert.deepEqual([report.passed, report.findings], [true, []]);
  assert.ok(report.checks.includes('owner-755'), String(report.checks));
  assert.ok(tried.length > 0 && tried.every((word) => word.includes('mcpcat-test-')), String(tried));
});
