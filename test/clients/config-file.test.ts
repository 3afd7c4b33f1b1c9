import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readConfig, writeConfig } from '../../src/clients/config-file.ts';
import { replaceFile } from '../../src/clients/replace-file.ts';
import { McpcatError, type ErrorCode } from '../../src/lib/errors.ts';

const work = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-config-'));
after(() => rmSync(work, { recursive: true, force: true }));

const failsWith = (code: ErrorCode) => (error: unknown) =>
  error instanceof McpcatError && error.code === code;

test('a new file is its user’s alone, and so is its folder’s content', async () => {
  const file = path.join(work, 'new', 'deep', 'config.json');
  const { text } = await readConfig(file);
  assert.equal(text, undefined);
  await writeConfig({ file, text, wanted: '{}\n' });
  assert.equal(readFileSync(file, 'utf8'), '{}\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('the mode of a file stays, and nothing of ours is left beside it', async () => {
  const folder = path.join(work, 'mode');
  mkdirSync(folder);
  const file = path.join(folder, 'config.json');
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  await writeConfig({ file, text: 'old', wanted: 'new' });
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(folder), ['config.json']);
});

test('a link stays a link, also one to a file that is not there yet', async () => {
  const folder = path.join(work, 'links');
  mkdirSync(folder);
  for (const there of [true, false]) {
    const link = path.join(folder, `link-${String(there)}`);
    const target = path.join(folder, `target-${String(there)}`);
    if (there) writeFileSync(target, 'old');
    symlinkSync(path.basename(target), link);
    const found = await readConfig(link);
    await writeConfig({ ...found, wanted: 'new' });
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(target, 'utf8'), 'new');
  }
});

test('what somebody else wrote between the preview and the write is not overwritten', async () => {
  const file = path.join(work, 'raced.json');
  writeFileSync(file, 'first');
  const found = await readConfig(file);
  writeFileSync(file, 'second');
  await assert.rejects(writeConfig({ ...found, wanted: 'ours' }), failsWith('client-file-changed'));
  assert.equal(readFileSync(file, 'utf8'), 'second');
});

test('a file that is not text is refused, and a folder in its place too', async () => {
  const file = path.join(work, 'bytes');
  writeFileSync(file, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  await assert.rejects(readConfig(file), failsWith('client-file-invalid'));
  const folder = path.join(work, 'folder.json');
  mkdirSync(folder);
  await assert.rejects(readConfig(folder), failsWith('io-failed'));
});

test('a file in a place where nothing can be written stays as it is', async () => {
  // /proc takes no files, whoever asks.
  await assert.rejects(
    writeConfig({ file: '/proc/mcpcat/config.json', text: undefined, wanted: '{}' }),
    failsWith('io-failed'),
  );
});

test('the last look before a file is replaced sees what came after all others', async () => {
  const folder = path.join(work, 'last');
  mkdirSync(folder);
  const file = path.join(folder, 'config.json');
  assert.equal(await replaceFile({ file, text: undefined, wanted: 'ours' }), 'replaced');
  // A file that was made meanwhile, one that was written into, one that is to be taken away.
  writeFileSync(file, 'theirs');
  for (const change of [
    { text: undefined, wanted: 'ours' },
    { text: 'ours', wanted: 'new' },
    { text: 'ours', wanted: undefined },
  ])
    assert.equal(await replaceFile({ file, ...change }), 'changed');
  assert.equal(readFileSync(file, 'utf8'), 'theirs');
  assert.equal(await replaceFile({ file, text: 'theirs', wanted: 'new' }), 'replaced');
  assert.equal(await replaceFile({ file, text: 'new', wanted: undefined }), 'replaced');
  assert.deepEqual(readdirSync(folder), []);
});
