/**
 * Writes what V8 has compiled, for the next start (bin/mcpcat.js). Node would do it at the end of the process: then V8 has
 * dropped what nothing has called for a while, which is the whole start; and a client that kills its servers would have
 * every start compile anew. What is known already costs nothing here.
 */
export function keepCompiled(): void {
  process.getBuiltinModule('node:module').flushCompileCache();
}
