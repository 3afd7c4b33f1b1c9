import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, type JudgedTool } from '../../src/policy/decide.ts';
import { openPolicy, type ToolRules } from '../../src/policy/server-policy.ts';
import { matchesPattern } from '../../src/policy/tool-pattern.ts';

const tool = (name: string, readOnlyHint?: boolean): JudgedTool => ({ name, annotations: { readOnlyHint } });
const allowed = (rules: Partial<ToolRules>, name: string): boolean =>
  decide({ ...openPolicy, tools: { ...openPolicy.tools, ...rules } }, tool(name)).kind === 'allowed';

test('a pattern stands for whole names, with * for any characters', () => {
  const cases: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
    ['read', 'read', true],
    ['read', 'read_file', false],
    ['read', 'Read', false],
    ['read_*', 'read_', true],
    ['*', '', true],
    ['*_file', 'read_my_file', true],
    ['*_file', 'read_file_now', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'abc', false],
    ['(a+)+', '(a+)+', true],
    ['**', 'x', true],
  ];
  for (const [pattern, name, matches] of cases)
    assert.equal(matchesPattern(pattern, name), matches, `${pattern} for ${name}`);
});

test('a pattern of many stars against a long name is answered, whatever it is', () => {
  assert.equal(matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(5000)), false);
});

test('without rules every tool is allowed', () => {
  assert.deepEqual(decide(openPolicy, { name: 'anything' }), { kind: 'allowed' });
});

test('with an allow list only its tools are allowed, with an empty one none', () => {
  assert.equal(allowed({ allow: ['read_*', 'list'] }, 'read_file'), true);
  assert.equal(allowed({ allow: ['read_*', 'list'] }, 'list_all'), false);
  assert.equal(allowed({ allow: [] }, 'list'), false);
});

test('deny counts more than allow, and says which pattern it was', () => {
  const tools = { allow: ['*_file'], deny: ['delete_*'] };
  assert.equal(allowed(tools, 'read_file'), true);
  assert.deepEqual(decide({ tools, readOnly: false }, tool('delete_file')), {
    kind: 'denied',
    rule: 'tools.deny has delete_*',
  });
});

test('readOnly allows what says that it only reads, and nothing that says nothing', () => {
  const policy = { ...openPolicy, readOnly: true };
  assert.equal(decide(policy, tool('a', true)).kind, 'allowed');
  assert.equal(decide(policy, tool('a', false)).kind, 'denied');
  assert.equal(decide(policy, tool('a')).kind, 'denied');
  assert.equal(decide(policy, { name: 'a' }).kind, 'denied');
});
