import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from '../../src/install/difference.ts';

test('equal texts have no difference', () => {
  assert.deepEqual(difference('a\nb\n', 'a\nb\n'), []);
  assert.deepEqual(difference('', ''), []);
});

test('a new file is all new', () => assert.deepEqual(difference('', 'a\nb\n'), ['+a', '+b']));

test('a change is shown with three lines on both sides', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].join('\n');
  assert.deepEqual(difference(before, before.replace('5', 'five')), [
    ' 2',
    ' 3',
    ' 4',
    '-5',
    '+five',
    ' 6',
    ' 7',
    ' 8',
  ]);
});

test('a line that is put between equal ones is one line', () => {
  assert.deepEqual(difference('a\na\n', 'a\na\na\n'), [' a', ' a', '+a']);
});
