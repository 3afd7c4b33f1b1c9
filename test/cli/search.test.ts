import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../rig/in-process.ts';

/** Questions as people ask them, and a server of the real catalog that has to be among the first. */
const questions: readonly (readonly [question: string, answer: string, among: number])[] = [
  ['browser screenshot', 'playwright', 1],
  ['time zone', 'time', 1],
  ['read file', 'filesystem', 1],
  ['create issue', 'github', 8],
  ['databse query', 'postgres', 3],
  ['send message', 'discord', 3],
];
for (const [question, answer, among] of questions)
  test(`"${question}" finds ${answer} among the first ${String(among)}`, async () => {
    const { code, stdout } = await runHere(['search', ...question.split(' '), '--json'], {
      HOME: '/nowhere',
    });
    assert.equal(code, 0);
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    assert.ok(names.slice(0, among).includes(answer), names.slice(0, 10).join(', '));
  });

test('a list fits 80 columns, and names and versions are whole', async () => {
  const { stdout } = await runHere(['list'], { HOME: '/nowhere' });
  const json = await runHere(['list', '--json'], { HOME: '/nowhere' });
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const servers = JSON.parse(json.stdout) as { name: string; version: string | null }[];
  assert.equal(lines.length, servers.length + 1);
  for (const [index, { name, version }] of servers.entries())
    assert.ok(lines[index + 1]?.startsWith(name) && lines[index + 1]?.includes(version ?? '(no lock)'), name);
});
