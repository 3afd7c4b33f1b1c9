/**
 * The program of a package that is the server: the only one, the one that documents start, else by its name. Undefined
 * if there is none.
 */
export function choose(
  bins: readonly string[],
  packageName: string,
  named: string | undefined,
): string | undefined {
  if (named !== undefined && bins.includes(named)) return named;
  const base = packageName.split('/').at(-1)?.replaceAll(/[._]/g, '-').toLowerCase() ?? '';
  const score = (bin: string): number => {
    const plain = bin.replaceAll(/[._]/g, '-').toLowerCase();
    return (
      (plain === base ? 6 : 0) +
      (plain.includes('mcp') ? 4 : 0) +
      (/server|stdio/.test(plain) ? 2 : 0) -
      (/(^|-)(cli|setup|install|installer|init|http|sse|web|inspect|inspector|config|configure|auth|login|client|proxy|test|bench|dev|worker|migrate|hook|hooks|ui|dashboard|doctor|daemon)(-|$)/.test(
        plain,
      )
        ? 5
        : 0)
    );
  };
  return bins.toSorted((a, b) => score(b) - score(a) || a.length - b.length)[0];
}
