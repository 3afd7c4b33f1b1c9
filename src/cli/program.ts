/** The name under which npm has this program. */
export const packageName = '@mcpcat-run/cli';
const byNpx = ['npx', '-y', packageName] as const;

/** Verbs that messages name: in front of them stands what the user has to type. */
const typed =
  /\bmcpcat (?=(?:accept|add|adopt|audit|base|browse|build|bundle|call|calls|clients|completion|config|doctor|export|generate|index|info|install|list|lock|logs|plan|profile|propose|prune|ps|publish|pull|rebuild|run|sbom|scan|score|search|secret|serve|stop|test|tools|undo|uninstall|update|verify|volumes)\b)/g;

/**
 * The words that start this program again, by the script that Node was started with. Whoever came by npx has no `mcpcat`
 * on the PATH, and the npm package of that name is not ours.
 */
export function programWords(script: string | undefined): readonly string[] {
  return script?.split(/[\\/]/).includes('_npx') === true ? byNpx : ['mcpcat'];
}

/** A message as the user can follow it. */
export function asTyped(text: string, program: readonly string[]): string {
  return program.length === 1 ? text : text.replaceAll(typed, `${program.join(' ')} `);
}
