import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson, type Member } from '../../src/settings/json.ts';
import { secretCommandIn } from '../../src/settings/secret-command.ts';

function member(text: string): Member {
  return { at: 0, value: readJson(text) };
}

test('the words of a program are taken as they are', () => {
  assert.deepEqual(secretCommandIn(member('["/usr/bin/op", "read", "{reference}"]')), {
    found: ['/usr/bin/op', 'read', '{reference}'],
    problems: [],
  });
  assert.deepEqual(secretCommandIn(undefined), { found: undefined, problems: [] });
});

for (const text of ['"op read"', '[]', '["op", ""]', '["op", 7]', '{}', 'null'])
  test(`${text} is refused with its place: a shell line is none`, () => {
    const { found, problems } = secretCommandIn(member(` ${text}`));
    assert.equal(found, undefined);
    assert.deepEqual(
      problems.map(({ at }) => at),
      [1],
    );
    assert.match(
      problems[0]?.message ?? '',
      /^secretCommand: expected a list of words, the program first, found /,
    );
  });
