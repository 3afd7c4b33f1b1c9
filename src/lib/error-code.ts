/** What the system or Node calls an error (`ENOENT`; nodejs.org/api/errors.html, "error.code"); undefined if it says nothing. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** There is nothing at that path, nor can there be: where a folder of it should be stands a file. */
export function isNothingThere(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test(codeOf(error) ?? '');
}
