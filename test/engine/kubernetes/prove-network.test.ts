import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import type { ExecEnd, ExecStreams } from '../../../src/engine/kubernetes/channels.ts';
import { policyRuntime } from '../../../src/engine/kubernetes/pod-body.ts';
import { proveNetwork, type NetworkProof } from '../../../src/engine/kubernetes/prove-network.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import { hurried, probeOutput, type Says } from './fake-probe.ts';
import { settings } from './settings.ts';

function streams(output: string, end: ExecEnd = { kind: 'exited', exitCode: 0 }): ExecStreams {
  return {
    stdin: new PassThrough(),
    stdout: Readable.from([Buffer.from(output)]),
    stderr: Readable.from([]),
    ended: Promise.resolve(end),
    destroy: () => undefined,
  };
}

/** A proof by a pod that says this; what it waits for passes at once. */
async function proved(
  context: TestContext,
  exec: (command: readonly string[]) => Promise<ExecStreams>,
): Promise<NetworkProof> {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const proving = proveNetwork({
    settings: settings({ isolation: { name: policyRuntime, runtime: policyRuntime } }),
    namespace: 'mcpcat',
    server: new URL('https://203.0.113.5:6443'),
    addresses: () => Promise.resolve({ apiServers: ['10.96.0.1 443'], dns: ['10.96.0.10 53'], unread: [] }),
    withPod: (_body, use) => use({ nodeAddress: '10.0.0.7', exec }),
  });
  return hurried(context, proving);
}

const saying = (says: Says) => (command: readonly string[]) =>
  Promise.resolve(streams(probeOutput(command, says)));

test('a connection of the probe that fails at once is an error, and ends no process', async (context) => {
  const exec = async (command: readonly string[]): Promise<ExecStreams> => {
    if (command.some((word) => word.startsWith('talk:'))) throw new McpcatError('engine-gone', 'it broke');
    return saying(() => undefined)(command);
  };
  await assert.rejects(proved(context, exec), { code: 'engine-gone', message: 'it broke' });
});

const unreadable: Says = (attempt) =>
  attempt === 'read:/etc/resolv.conf' ? ['no', 'Permission denied'] : undefined;

test('the cluster’s DNS is asked also where the pod’s resolv.conf can’t be read', async (context) => {
  const answered: Says = (attempt) =>
    attempt.startsWith('name:') ? ['ok', '10.96.0.1'] : unreadable(attempt);
  await assert.rejects(proved(context, saying(answered)), {
    code: 'engine-unfit',
    message: /a pod reaches cluster-dns \(kubernetes\.default\.svc\.cluster\.local\)/,
  });
});

test('where nothing answers, a resolv.conf that can’t be read is said', async (context) => {
  assert.deepEqual(await proved(context, saying(unreadable)), {
    kind: 'policy',
    reachesNode: false,
    untried: ['the name servers in the pod’s /etc/resolv.conf'],
  });
});

const unfinished: Readonly<Record<string, readonly [end: ExecEnd, code: string]>> = {
  'whose stream is cut': [{ kind: 'cut', message: '1006' }, 'engine-gone'],
  'that the node could not run': [{ kind: 'failed', message: 'no such file' }, 'engine-failed'],
  'that was ended': [{ kind: 'exited', exitCode: 137 }, 'engine-failed'],
};
for (const [what, [end, code]] of Object.entries(unfinished))
  for (const attempt of ['name:', 'talk:', 'read:/proc', 'read:/etc/resolv.conf'])
    test(`a probe ${what} within ${attempt} proves nothing`, async (context) => {
      const exec = (command: readonly string[]): Promise<ExecStreams> => {
        const isHit = command.some((word) => word.startsWith(attempt));
        return Promise.resolve(isHit ? streams('', end) : streams(probeOutput(command)));
      };
      await assert.rejects(proved(context, exec), { name: 'McpcatError', code });
    });
