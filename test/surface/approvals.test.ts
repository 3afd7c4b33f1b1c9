import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { approvalsFile, readApprovals, writeApprovals } from '../../src/surface/approvals-file.ts';
import { approvalsText, parseApprovals, withApprovals, type Approval } from '../../src/surface/approvals.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const hash = 'a'.repeat(64);
const approval: Approval = { server: 'notes', tool: 'say', sha256: hash, date: '2026-11-27' };
const odd: Approval = { ...approval, tool: 'say "it", now # 1', date: '2026-11-28' };
const line = `notes say sha256:${hash} 2026-11-27`;

test('approvals are read back as they were written, sorted, with odd names in quotes', () => {
  const text = approvalsText([odd, approval, approval]);
  assert.deepEqual(
    text.split('\n').filter((one) => !one.startsWith('#')),
    [`notes "say \\"it\\", now # 1" sha256:${hash} 2026-11-28`, line, ''],
  );
  assert.deepEqual(parseApprovals(text, 'x'), [odd, approval]);
  assert.deepEqual(parseApprovals(approvalsText([]), 'x'), []);
});

test('comments, empty lines and line ends of Windows are fine', () => {
  assert.deepEqual(parseApprovals(`# mine\r\n\r\n  ${line}\r\n`, 'x'), [approval]);
});

for (const [text, says] of [
  ['Notes say sha256:x 2026-11-27', /^x\.approved:1:1: expected the name of a server, found Notes$/],
  [`${line}\nnotes`, /^x\.approved:2:6: expected the name of a tool, .*found the end of the line$/],
  [`notes say\u200B sha256:${hash} 2026-11-27`, /:1:7: expected the name of a tool/],
  [`notes "say sha256:${hash} 2026-11-27`, /:1:7: expected the name of a tool/],
  [`notes "s\\ay" sha256:${hash} 2026-11-27`, /:1:7: expected a name in quotes as JSON has it/],
  [`notes say ${hash} 2026-11-27`, /:1:11: expected sha256: and 64 hexadecimal digits, found a/],
  [`notes say sha256:${hash.slice(1)} 2026-11-27`, /:1:11: expected sha256: and 64/],
  [`notes say sha256:${hash} yesterday`, /:1:83: expected a day like 2026-11-27, found yesterday$/],
  [
    `notes * sha256:${hash} 2026-11-27`,
    /:1:7: expected the name of a tool, in quotes unless it is plain, found \*$/,
  ],
  [`${line} and more`, /:1:94: expected the end of the line, found and$/],
] as const)
  test(`a line that does not fit is an error at its place: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(() => parseApprovals(text, 'x.approved'), { code: 'usage', message: says });
  });

test('all lines that do not fit are said, and none of the others counts', () => {
  assert.throws(
    () => parseApprovals(`bad\n${line}\nworse`, 'x'),
    (error: unknown) => error instanceof Error && 'detail' in error && String(error.detail).includes('x:3:6'),
  );
});

test('a new approval of a tool takes the place of the old ones of that tool alone', () => {
  const newer = { ...approval, sha256: 'b'.repeat(64) };
  const others = [odd, { ...approval, server: 'other' }];
  assert.deepEqual(withApprovals([approval, ...others], [newer]), [...others, newer]);
});

test('the file lies beside the profile and is for its user alone; one that can not be read approves nothing', (t) => {
  const home = temporaryFolder(t);
  const places = { env: { HOME: home }, host: thisHost() };
  const file = approvalsFile(path.join(home, 'profiles', 'work.yaml'), places);
  assert.equal(file, path.join(home, 'profiles', 'work.approved'));
  assert.equal(approvalsFile(undefined, places), path.join(home, '.config', 'mcpcat', 'approved'));
  assert.deepEqual(readApprovals(file), []);
  writeApprovals(file, [approval]);
  assert.deepEqual([readApprovals(file), statSync(file).mode & 0o777], [[approval], 0o600]);
  assert.match(readFileSync(file, 'utf8'), /^# Tools that are not as they were reviewed/);
  writeFileSync(file, 'notes say');
  assert.throws(() => readApprovals(file), { code: 'usage' });
  mkdirSync(path.join(home, 'folder.approved'));
  assert.throws(() => readApprovals(path.join(home, 'folder.approved')), { code: 'io-failed' });
});
