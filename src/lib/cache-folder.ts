import path from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where downloads and derived files are kept: `$XDG_CACHE_HOME/mcpcat`, else `~/.cache/mcpcat`. */
export function cacheFolder(env: Env): string {
  const base = env['XDG_CACHE_HOME'];
  return path.join(base?.startsWith('/') ? base : path.join(env['HOME'] ?? '/tmp', '.cache'), 'mcpcat');
}
