import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generated, inputOf } from './input.ts';

/** The last line but one of the Dockerfile of an entry with another command. */
async function entrypointOf(name: string, word: string): Promise<string> {
  const input = await inputOf(name);
  const entry = { ...input.entry, command: [word] };
  const { dockerfile } = await generated({ ...input, entry });
  return /^ENTRYPOINT .*$/m.exec(dockerfile)?.[0] ?? '';
}

test('a path that ends as a script of the runtime is started with the runtime', async () => {
  assert.match(
    await entrypointOf('everything', './node_modules/a/index.mjs'),
    /"--", "\/usr\/local\/bin\/node", "\/app\/node_modules\/a\/index\.mjs"\]$/,
  );
  assert.match(
    await entrypointOf('time', './a/main.py'),
    /"--", "\/app\/bin\/python", "\/app\/a\/main\.py"\]$/,
  );
});

test('any other path is a program of its own', async () => {
  for (const [server, word] of [
    ['everything', './node_modules/a/program'],
    ['time', './bin/a.js'],
    ['github', './bin/a.py'],
  ] as const)
    assert.match(await entrypointOf(server, word), /"\/mcpcat-init", "--", "\/app\/[^ "]+"/, server);
});
