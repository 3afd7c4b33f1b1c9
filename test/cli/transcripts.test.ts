import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { transcript } from './transcript.ts';

const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const lineOf = (name: string): string => read(name).split('\n')[0] ?? '';

for (const name of names) {
  const line = lineOf(name);
  test(`"${line.replace('$ ', '')}" says what ${name} holds; U=1 rewrites it`, async () => {
    const found = await transcript(line);
    if (process.env['U'] === '1') writeFileSync(path.join(folder, name), found);
    assert.equal(found, read(name));
  });
}

test('every command has a transcript of its help', () => {
  const lines = new Set(names.map(lineOf));
  const without = commands
    .filter((spec) => !lines.has(`$ mcpcat ${spec.name} --help`))
    .map((spec) => spec.name);
  assert.deepEqual(without, [], 'write "$ mcpcat NAME --help" into test/cli/help-NAME.txt and run with U=1');
});

test('no transcript holds a path of a machine, a colour or a stack trace', () => {
  for (const name of names) {
    const text = read(name);
    assert.doesNotMatch(text, /\/(root|home|work|Users)\/|\/tmp\/mcpcat|\n\s+at .*:\d+:\d+/, name);
    assert.ok(!text.includes('\u001B'), name);
  }
});
