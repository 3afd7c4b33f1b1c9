/** A user hands two folders to a server that takes a list of them. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { talk } from '../rig/talk.ts';

test(
  'filesystem works in two folders at once, and sees nothing beside them',
  { timeout: 120_000 },
  async (t) => {
    const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-many-'));
    t.after(() => rmSync(home, { recursive: true, force: true }));
    chmodSync(home, 0o755);
    for (const name of ['notes', 'code']) {
      mkdirSync(path.join(home, name));
      writeFileSync(path.join(home, name, `${name}.txt`), `text of ${name}`);
    }
    const client = await talk([
      'filesystem',
      ...['notes', 'code'].flatMap((name) => ['--mount', `data=${home}/${name}`]),
    ]);
    try {
      const allowed = JSON.stringify(await client.call('list_allowed_directories', {}));
      assert.match(allowed, /\/data\/notes/);
      assert.match(allowed, /\/data\/code/);
      for (const name of ['notes', 'code']) {
        const answer = await client.call('read_text_file', { path: `/data/${name}/${name}.txt` });
        assert.match(JSON.stringify(answer), new RegExp(`text of ${name}`));
      }
      const beside = JSON.stringify(await client.call('list_directory', { path: '/data' }));
      assert.match(beside, /"isError":true|denied/);
    } finally {
      await client.close();
    }
  },
);
