import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { asTyped, packageName, programWords } from '../../src/cli/program.ts';

test('whoever came by npx is told to come by npx again, on any system', () => {
  const byNpx = ['npx', '-y', '@mcpcat-run/cli'];
  assert.deepEqual(programWords('/home/ada/.npm/_npx/0123abcd/node_modules/.bin/mcpcat'), byNpx);
  assert.deepEqual(
    programWords(
      String.raw`C:\Users\Ada\AppData\Local\npm-cache\_npx\01\node_modules\@mcpcat-run\cli\bin\mcpcat.js`,
    ),
    byNpx,
  );
  assert.deepEqual(programWords('/usr/local/bin/mcpcat'), ['mcpcat']);
  assert.deepEqual(programWords(undefined), ['mcpcat']);
});

test('the name is that of package.json', () => {
  const file = path.resolve(import.meta.dirname, '../../package.json');
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { name: string }).name, packageName);
});

test('every command that a message names is put into the words of npx', () => {
  const program = programWords('/x/_npx/y');
  for (const { name } of commands)
    assert.equal(asTyped(`hint: mcpcat ${name} x`, program), `hint: npx -y @mcpcat-run/cli ${name} x`);
  assert.equal(asTyped('mcpcat: no engine', program), 'mcpcat: no engine');
  assert.equal(asTyped('install mcpcat again', program), 'install mcpcat again');
  assert.equal(asTyped('hint: mcpcat list', ['mcpcat']), 'hint: mcpcat list');
});
