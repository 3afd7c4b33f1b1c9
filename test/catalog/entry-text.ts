import { parseEntry } from '../../src/catalog/parse-entry.ts';
import type { Problem } from '../../src/catalog/problem.ts';

/** A `server.yaml` without faults; `more` is added at its end, `changes` replace whole lines by their key. */
export function entryText(
  name: string,
  { more = '', changes = {} }: { more?: string; changes?: Readonly<Record<string, string>> } = {},
): string {
  const lines = {
    name,
    title: 'A fixture',
    description: 'It is here for the tests.',
    categories: '[testing]',
    repository: 'https://example.com/fixture',
    license: 'MIT',
    source: 'npm:fixture',
    command: '[fixture]',
    ...changes,
  };
  return `${Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n${more}`;
}

/** A lock of `npm:fixture` with one artifact, changed as asked. */
export function lockText(changes: object = {}, artifact: object = {}): string {
  return JSON.stringify({
    lockVersion: 1,
    source: 'npm:fixture',
    version: '1.0.0',
    runtime: 'node',
    bin: { fixture: 'node_modules/fixture/index.js' },
    artifacts: [
      {
        kind: 'npm',
        name: 'left-pad',
        version: '1.3.0',
        url: 'https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz',
        integrity: `sha512-${'A'.repeat(86)}==`,
        ...artifact,
      },
    ],
    ...changes,
  });
}

/** `line:column message (hint)` of every problem of a text. */
export function problemsIn(text: string): string[] {
  return parseEntry('server.yaml', text, 'fixture').problems.map(short);
}

export function short({ line, column, message, hint }: Problem): string {
  return `${String(line)}:${String(column)} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
