/**
 * A node that is cut off: every connection stays open, and nothing comes through any more. Only the heartbeat of the lease
 * can end a server then, and must within its silence (35 s) and what process 1 takes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePart } from './rig/cluster.ts';
import { launching } from './rig/launching.ts';

const { cluster, launches } = await launching();

/** Milliseconds: the silence, and generously what a busy machine takes over the rest. */
const silenceMs = 35_000;
const endsWithinMs = silenceMs + 25_000;

const cuts: Readonly<Record<string, readonly NodePart[]>> = {
  'between the API server and the node': ['apiserver'],
  'between the node’s kubelet and runtime and everything else': ['kubelet', 'containerd'],
};
for (const [where, parts] of Object.entries(cuts))
  test(`a server ends by itself when the connection ${where} is silent`, async () => {
    const session = await launches.talk();
    const pending = session.call('trigger-long-running-operation', { duration: 300, steps: 2 });
    pending.catch(() => undefined);
    const since = performance.now();
    await cluster.suspend(parts);
    try {
      // Nobody has told the server anything: it is still at work a while later.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      assert.equal((await launches.servers()).length, 1);
      await launches.noServer(endsWithinMs);
      assert.ok(performance.now() - since > 5000);
    } finally {
      await cluster.resume(parts);
    }
    await assert.rejects(pending);
    await launches.noPod(60_000);
  });
