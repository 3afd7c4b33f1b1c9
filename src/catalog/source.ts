import { McpcatError } from '../lib/errors.ts';

/** Where a server comes from: `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]`, `go:PACKAGE-PATH[@VERSION]`. */
export interface Source {
  readonly kind: 'npm' | 'pypi' | 'go';
  readonly name: string;
  /** Undefined: the newest release. */
  readonly range: string | undefined;
}

/** What a name may look like; anything else never reaches a registry or a build. */
const names: Readonly<Record<Source['kind'], RegExp>> = {
  npm: /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/,
  pypi: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  go: /^[a-z0-9][a-z0-9.-]*\.[a-z]+(\/[A-Za-z0-9_][A-Za-z0-9._~-]*)+$/,
};
const ranges: Readonly<Record<Source['kind'], RegExp>> = {
  npm: /^[0-9A-Za-z^~<>=.*| +-]+$/,
  pypi: /^[0-9A-Za-z<>=!~.,*+-]+$/,
  go: /^v?[0-9A-Za-z.+-]+$/,
};

/** Throws `entry-invalid` for what is none of the three forms. */
export function parseSource(text: string): Source {
  const match = /^(npm|pypi|go):(@?[^@]+)(?:@(.+))?$/.exec(text);
  const kind = match?.[1];
  const name = match?.[2] ?? '';
  if ((kind !== 'npm' && kind !== 'pypi' && kind !== 'go') || !names[kind].test(name)) {
    throw new McpcatError(
      'entry-invalid',
      `source: expected npm:NAME, pypi:NAME or go:PATH, found "${text}"`,
    );
  }
  const range = match?.[3];
  if (range !== undefined && !ranges[kind].test(range)) {
    throw new McpcatError('entry-invalid', `source: "${range}" is no version range of ${kind}`);
  }
  return { kind, name, range };
}
