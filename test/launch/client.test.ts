import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { launchLabels } from '../../src/launch/client.ts';
import { label } from '../../src/lib/labels.ts';

test('a launch is labelled with server, folder and session: the client’s own name for it, else one of ours', () => {
  const host = thisHost();
  const labels = launchLabels('notes', { env: { CLAUDE_CODE_SESSION_ID: 'abc' }, host });
  assert.deepEqual(
    [labels[label.role], labels[label.server], labels[label.session], labels[label.project]],
    ['run', 'notes', 'abc', process.cwd()],
  );
  assert.match(launchLabels('notes', { env: {}, host })[label.session] ?? '', /^[0-9a-f]{12}$/);
});
