import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberStart } from '../../src/cli/execute/last-start.ts';
import { sayLabels } from '../../src/cli/execute/say-labels.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { MountRequest } from '../../src/sandbox/sandbox.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { entryOf, fakePaths, noOverrides } from '../sandbox/fixtures.ts';

const host = linuxHost(thisMachine());
const entry = entryOf({
  permissions: {
    mounts: [
      { name: 'data', target: '/data', description: 'Data.' },
      { name: 'key', target: '/key', kind: 'file', description: 'A key.' },
    ],
  },
});
const paths = fakePaths(
  { '/home/ada/.kube/config': { file: true, mode: 0o644 }, '/home/ada/key': { file: true, mode: 0o644 } },
  ['/home/ada'],
  { labelled: true },
);
const given = (data: string, key: string): MountRequest[] => [
  { name: 'data', hostPath: data, mode: undefined },
  { name: 'key', hostPath: key, mode: undefined },
];
const sandbox = sandboxOf(
  entry,
  { ...noOverrides, mounts: given('/home/ada/notes', '/home/ada/.kube/config') },
  paths,
);

function engineWith(...securityOptions: readonly string[]): FakeEngine {
  const engine = new FakeEngine();
  engine.facts = { ...engine.facts, securityOptions };
  return engine;
}

test('a user’s own folders and files may be relabelled, what programs keep never', () => {
  assert.deepEqual(
    sandbox.mounts.map(({ source, relabel }) => [source, relabel]),
    [
      ['/home/ada/notes', 'allowed'],
      ['/home/ada/.kube/config', undefined],
    ],
  );
  const unlabelled = sandboxOf(
    entry,
    { ...noOverrides, mounts: given('/home/ada/notes', '/home/ada/key') },
    fakePaths({ '/home/ada/key': { file: true, mode: 0o644 } }),
  );
  assert.ok(unlabelled.mounts.every(({ relabel }) => relabel === undefined));
});

test('what is relabelled is said once, what keeps its label each time', async (t) => {
  const places = { env: { HOME: temporaryFolder(t) }, host };
  let said = '';
  const terminal = { ...places, stderr: { write: (text: string) => ((said += text), true) } };
  const engine = engineWith('seccomp', 'selinux');
  const relabelled = await sayLabels(sandbox, { engine, labelled: true, terminal });
  assert.deepEqual(relabelled, ['/home/ada/notes']);
  assert.match(said, /SELinux: \/home\/ada\/notes gets the label that containers share/);
  assert.match(said, /\/home\/ada\/\.kube\/config keeps its label/);
  rememberStart('notes', { settings: [], catalog: 'x', engine: 'y', relabelled }, places);
  said = '';
  await sayLabels(sandbox, { engine, labelled: true, terminal });
  assert.doesNotMatch(said, /gets the label/);
  assert.match(said, /keeps its label/);
});

test('an engine without SELinux, and a machine without labels, is told nothing of it', async (t) => {
  const places = { env: { HOME: temporaryFolder(t) }, host };
  const terminal = { ...places, stderr: { write: () => assert.fail('nothing is to be said') } };
  const plain = engineWith('seccomp');
  assert.deepEqual(await sayLabels(sandbox, { engine: plain, labelled: true, terminal }), []);
  const untold = engineWith('selinux');
  assert.deepEqual(await sayLabels(sandbox, { engine: untold, labelled: false, terminal }), []);
  assert.deepEqual(untold.calls, []);
});
