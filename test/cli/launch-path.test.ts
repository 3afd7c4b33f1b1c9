import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
/** Builtins that take milliseconds each to load, which a client waits for. */
const slow = ['node:http', 'node:https', 'node:http2', 'node:tls', 'node:crypto', 'node:zlib'];
/** In a bundle a constant stands there (scripts/bundle.ts). */
const replaced = 'src/process1/sources.ts';

/** What a file loads at once: neither types nor what is imported when it is needed. */
function loadedBy(file: string): string[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  const found = source.matchAll(/(?:^|\n)(?:import|export)\s+(?!type\b)[^'";]*?from\s*'([^']+)'/g);
  return [...found].map(([, name = '']) =>
    name.startsWith('.') ? path.join(path.dirname(file), name) : name,
  );
}

test('a start loads no builtin that takes long', () => {
  const chains = new Map<string, string>([['src/cli/execute/run.ts', 'src/cli/execute/run.ts']]);
  for (const [file, chain] of chains)
    if (file.startsWith('src/') && file !== replaced)
      for (const next of loadedBy(file)) if (!chains.has(next)) chains.set(next, `${chain} -> ${next}`);
  assert.ok(chains.size > 40, 'the chains are followed');
  assert.deepEqual(
    slow.flatMap((name) => chains.get(name) ?? []),
    [],
  );
});
