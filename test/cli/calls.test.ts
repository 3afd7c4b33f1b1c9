import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';

test('calls shows the last ones and a summary, without anything that a terminal would obey', async (t) => {
  const HOME = temporaryFolder(t);
  const folder = path.join(HOME, '.local/share/mcpcat/calls');
  mkdirSync(folder, { recursive: true });
  const line = {
    time: '2026-11-27T09:00:00.000Z',
    client: 'evil\u001b[2Jclient',
    session: '0123456789abcdef',
    server: 'time',
    tool: 'now',
    milliseconds: 12.3,
    bytesIn: 30,
    bytesOut: 70,
    outcome: 'ok',
  };
  writeFileSync(path.join(folder, '20261127T090000000-7-0.jsonl'), `${JSON.stringify(line)}\n`);
  const { stdout, code } = await runHere(['calls'], { HOME });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^2026-11-27T09:00:00\.000Z {2}evil\\u001b\[2Jclient {2}01234567 {2}time +now {3}12 /m,
  );
  assert.match(stdout, /^time +now +1 +0 +12 +12 +30 +70 +2026/m);
  const { calls } = JSON.parse((await runHere(['calls', '--json'], { HOME })).stdout) as { calls: unknown[] };
  assert.deepEqual(calls, [line]);
  assert.match((await runHere(['calls', '--since', '1m'], { HOME })).stdout, /^no call is logged$/m);
});
