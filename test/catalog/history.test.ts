import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHistory, withTested, writeHistory } from '../../src/catalog/history.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const tool = (name: string, description = 'Does it.') => ({ name, description, schema: 'c'.repeat(64) });
const [ask, tell, sing] = [tool('ask'), tool('tell'), tool('sing')];
const first = withTested([], { version: '1.0.0', date: '2026-11-01', tools: [ask, tell], before: undefined });

test('a release is recorded once, with what differs from the one before', () => {
  assert.deepEqual(
    first.map(({ version, date, tools, changes }) => [version, date, tools, changes]),
    [['1.0.0', '2026-11-01', 2, null]],
  );
  const again = { version: '1.0.0', date: '2026-11-02', tools: [tell, ask], before: [ask, tell] };
  assert.equal(withTested(first, again), first, 'in whatever order they are listed');
  const reworded = tool('ask', 'Does it, and more.');
  const [, second] = withTested(first, {
    version: '1.1.0',
    date: '2026-11-20',
    tools: [reworded, sing],
    before: [ask, tell],
  });
  assert.deepEqual(second?.changes, { added: ['sing'], removed: ['tell'], changed: ['ask'] });
});

test('the same release with other tools is recorded too', () => {
  const now = { version: '1.0.0', date: '2026-11-02', tools: [ask], before: [ask, tell] };
  const [, second] = withTested(first, now);
  assert.deepEqual([second?.version, second?.changes?.removed], ['1.0.0', ['tell']]);
});

test('where what was reviewed is not what was recorded, nothing is made up of the difference', () => {
  for (const before of [undefined, [ask]])
    assert.equal(
      withTested(first, { version: '2.0.0', date: '2026-11-02', tools: [sing], before }).at(-1)?.changes,
      null,
    );
});

test('fifty releases are kept', () => {
  let releases = first;
  for (let index = 0; index < 60; index++)
    releases = withTested(releases, {
      version: `2.${String(index)}`,
      date: '2026-11-02',
      tools: [ask],
      before: [ask],
    });
  assert.deepEqual([releases.length, releases.at(-1)?.version], [50, '2.59']);
});

test('what was written is read; a damaged file is said, and none is none', async (t) => {
  const folder = temporaryFolder(t);
  assert.deepEqual(await readHistory(folder), []);
  await writeHistory(folder, first);
  assert.deepEqual(await readHistory(folder), first);
  const damaged = temporaryFolder(t, { 'history.json': '{"historyVersion": 1, "releases": []}' });
  await assert.rejects(readHistory(damaged), {
    code: 'entry-invalid',
    message: /history\.json: expected a history/,
  });
});
