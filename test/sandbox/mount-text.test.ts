import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountText, pathProblem } from '../../src/sandbox/mount-text.ts';

for (const text of ['/a:RW', '/a:Ro', '/a:readonly', '/a:read-write', '/a:rox', '/a:rw,z', '/a:Z', '/a:z'])
  test(`the end of ${text} is told, not taken for a part of the folder's name`, () => {
    assert.notEqual(pathProblem(mountText(text)?.hostPath ?? ''), undefined);
  });

for (const text of [
  '/a:rw',
  '/a:ro',
  '/a:rw-all',
  '/a:b',
  '/My Notes',
  '/a,b',
  '/ünï',
  'C:\\Users\\me',
  '/a:readme',
])
  test(`${text} is a folder as people have them`, () => {
    assert.equal(pathProblem(mountText(text)?.hostPath ?? ''), undefined);
  });
