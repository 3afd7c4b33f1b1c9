import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { entryText, problemsIn } from './entry-text.ts';

test('an entry without faults has no problem and gets the defaults of the schema', () => {
  const { entry, problems } = parseEntry('server.yaml', entryText('fixture'), 'fixture');
  assert.deepEqual(problems, []);
  assert.deepEqual(entry?.permissions, { network: [], mounts: [], state: [], writable: ['/tmp'] });
  assert.deepEqual(entry?.limits, { memory: '512m', cpus: 1, pids: 128 });
});

test('all problems of a file are reported at once, each at its line and column', () => {
  const text = entryText('fixture', {
    changes: { categories: '[]', source: 'cargo:x' },
    more: 'limits:\n  memory: lots\n  pids: 1\npermissions:\n  network: [ok.example.com, "http://bad"]\n',
  });
  assert.deepEqual(
    problemsIn(text).map((problem) => problem.split(': ')[0]),
    ['4:1 categories', '7:1 source', '10:3 limits.memory', '11:3 limits.pids', '13:29 permissions.network.1'],
  );
});

test('an unknown key is refused at its place, with the key that was probably meant', () => {
  const text = entryText('fixture', { more: 'permissions:\n  netwrok: [a.example.com]\nlicence: MIT\n' });
  assert.deepEqual(problemsIn(text), [
    '10:3 permissions.netwrok: this key is not known (did you mean network?)',
    '11:1 licence: this key is not known (did you mean license?)',
  ]);
});

test('a missing key is named', () => {
  const text = entryText('fixture').replace('license: MIT\n', '');
  assert.match(problemsIn(text).join('\n'), /^\d+:\d+ license: expected string, received undefined$/);
});

test('broken YAML is a problem with its place, not an exception', () => {
  assert.match(problemsIn('name: [a\ntitle: b\n').join('\n'), /^\d+:\d+ YAML: /);
  assert.match(
    problemsIn(entryText('fixture', { more: 'title: twice\n' })).join('\n'),
    /^9:1 YAML: .*unique/,
  );
});

test('an alias without anchor and a bomb of aliases are problems, not exceptions', () => {
  assert.match(problemsIn(entryText('fixture', { more: 'args: *nowhere\n' })).join('\n'), /YAML: .*alias/i);
  const bomb = ['a', 'b', 'c', 'd'].map((key, index, all) => {
    const items = Array.from({ length: 10 }, () => (index === 0 ? 'lol' : `*${all[index - 1] ?? ''}`));
    return `${key}: &${key} [${items.join(', ')}]`;
  });
  assert.match(problemsIn(`${bomb.join('\n')}\n`).join('\n'), /YAML: .*alias/i);
});

test('an empty file, a list and a bare word are problems', () => {
  for (const text of ['', '- a\n', 'word\n']) {
    assert.match(problemsIn(text).join('\n'), /the entry: expected object/, JSON.stringify(text));
  }
});

test('a name that is not its folder is a problem at the line of the name', () => {
  const text = `# a comment\n${entryText('other')}`;
  assert.deepEqual(problemsIn(text), [
    '2:1 name: expected "fixture" (the folder\'s name), found "other" (rename one of them)',
  ]);
});
