import { McpcatError } from '../lib/errors.ts';

export type PackageKind = 'npm' | 'pypi' | 'go';

/** What a pasted line says of a server's start. */
export interface Found {
  /** `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]` or `go:PATH[@VERSION]`; not checked yet. */
  readonly source: string;
  /** A bin that was named beside the package. */
  readonly command: string | undefined;
  readonly args: readonly string[];
  /** Settings that stood on the line or in its configuration. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the line asks for can't be had, and what to type instead. */
export function refuse(found: string, hint: string): McpcatError {
  return new McpcatError('usage', found, { hint });
}

/** Neither a source nor a line that is understood. */
export function unclear(found: string): McpcatError {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(found) && found !== 'nothing' ? found : undefined;
  return refuse(
    `expected npm:NAME, pypi:NAME or go:PATH, found ${plain === undefined ? found : `"${found}"`}`,
    plain === undefined
      ? 'a line such as "npx -y NAME" or "uvx NAME", or the JSON of a client, is understood too'
      : `say where it comes from: npm:${plain} or pypi:${plain}`,
  );
}
