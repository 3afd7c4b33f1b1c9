import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runGo } from '../../src/upstream/go-command.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** A program in the go command's place: what the real one says of an outage is not to be had on demand. */
function run(
  t: TestContext,
  script: string,
  { folder = temporaryFolder(t), signal }: { readonly folder?: string; readonly signal?: AbortSignal } = {},
): Promise<string> {
  mkdirSync(path.join(folder, 'bin'));
  writeFileSync(path.join(folder, 'bin/go'), `#!/bin/sh\n${script}\n`);
  const program = path.join(folder, 'bin/go');
  chmodSync(program, 0o755);
  return runGo({ program, subject: 'example.com/x', given: {}, args: ['list'], folder, env: {}, signal });
}

test('what go says of a failure tells what is not there from an outage', async (t) => {
  assert.equal(await run(t, 'echo found'), 'found\n');
  await assert.rejects(run(t, 'echo "x: unknown revision v9" >&2; exit 1'), { code: 'package-unknown' });
  await assert.rejects(run(t, 'echo "dial tcp: i/o timeout" >&2; exit 1'), { code: 'upstream-unavailable' });
});

test('a go command that its user ends is ended, and no outage', async (t) => {
  const ended = new AbortController();
  const folder = temporaryFolder(t);
  const running = run(t, 'echo > started; exec sleep 600', { folder, signal: ended.signal });
  const refused = assert.rejects(running, { code: 'cancelled', message: 'go:example.com/x: cancelled' });
  while (!existsSync(path.join(folder, 'started'))) await sleep(5);
  ended.abort();
  await refused;
});
