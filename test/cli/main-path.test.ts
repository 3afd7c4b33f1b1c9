import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { project } from '../rig/engine.ts';

/** What is loaded for every verb before it is known which: its imports, and theirs. */
function loadedAtOnce(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(path.join(project, file), 'utf8');
  for (const [, from = ''] of source.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)';/gm))
    if (from.startsWith('.')) loadedAtOnce(path.join(path.dirname(file), from), seen);
    else seen.add(from);
  return seen;
}

function packagesOf(file: string): readonly string[] {
  return [...loadedAtOnce(file)].filter(
    (name) => !name.startsWith('src/') && !name.startsWith('node:') && !name.endsWith('package.json'),
  );
}

test('no verb waits for libraries that another one needs', () => {
  assert.ok(packagesOf('src/pasted/wanted.ts').includes('zod'), 'what has libraries is seen to have them');
  assert.deepEqual(
    packagesOf('src/main.ts'),
    [],
    'a command is data: what it does is loaded when it is called',
  );
});
