import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { checkSection, type SectionFinding } from '../../src/profile/check-section.ts';
import { parseProfile } from '../../src/profile/parse-profile.ts';
import { entryOf } from '../sandbox/fixtures.ts';

const entry = entryOf({
  env: { REGION: { description: 'x' } },
  permissions: { mounts: [{ name: 'data', target: '/data', description: 'x' }] },
});

function findings(section: string, tools?: readonly string[]): SectionFinding[] {
  const parsed = parseProfile(
    { name: 'p', file: 'p.yaml', text: `servers:\n  a:\n    ${section}\n` },
    { home: '/home/ada', path: path.posix, localPath: (text) => text },
  );
  const server = 'profile' in parsed ? parsed.profile.servers.get('a') : undefined;
  return checkSection(server ?? assert.fail(JSON.stringify(parsed)), { entry, stored: [], tools });
}

test('a pattern that stands for no tool is a warning with the name that was probably meant', () => {
  const [found, ...more] = findings('tools: { allow: [read_*], deny: [delete_fiel] }', [
    'read_a',
    'delete_file',
  ]);
  assert.deepEqual(more, []);
  assert.deepEqual(
    { ...found },
    {
      file: 'p.yaml',
      line: 3,
      column: 31,
      server: 'a',
      severity: 'warning',
      message: 'servers.a.tools.deny: no tool of the server is called delete_fiel',
      hint: 'did you mean delete_file?',
    },
  );
  assert.deepEqual(findings('tools: { deny: [delete_fiel] }'), [], 'nothing is known of its tools');
});

test('one mount for one path, and no writing where the entry declares reading', () => {
  assert.deepEqual(
    findings('mounts: { data: [/a, /b:rw] }').map(({ message }) => message),
    [
      'servers.a.mounts.data: expected one path, found 2',
      'servers.a.mounts.data: expected it read-only, as the entry declares it',
    ],
  );
});
