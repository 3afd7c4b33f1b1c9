import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { compiled } from '../rig/compiled.ts';

const timeout = 60_000;

interface Done {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** mcpcat in a process of its own: what it sets for fetching holds for a whole process. */
function mcpcat(
  context: TestContext,
  { words, env }: { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<Done> {
  const home = temporaryFolder(context, {});
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['bin/mcpcat.js', ...words],
      { env: { PATH: process.env['PATH'], HOME: home, ...compiled, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test('a proxy that can not be used ends what fetches, and nothing else', { timeout }, async (context) => {
  const env = { HTTPS_PROXY: 'socks5://u:hunter2@proxy:1080' };
  const listed = await mcpcat(context, { words: ['list'], env });
  assert.equal(listed.code, 0, listed.stderr);
  const updated = await mcpcat(context, { words: ['update', 'time'], env });
  assert.equal(updated.code, 2);
  assert.match(updated.stderr, /proxy: expected http:.*found the scheme socks5/);
  assert.doesNotMatch(updated.stderr, /hunter2/);
});
