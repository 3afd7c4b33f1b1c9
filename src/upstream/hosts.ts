type Env = Readonly<Record<string, string | undefined>>;

/**
 * Locks record the public addresses; where a machine uses a mirror, its standard settings (npm_config_registry,
 * UV_INDEX_URL or PIP_INDEX_URL, GOPROXY) say so and the request goes there. Content is checked by hash either way.
 */
const canonical = {
  npm: 'https://registry.npmjs.org',
  pypi: 'https://pypi.org',
  go: 'https://proxy.golang.org',
} as const;
export type Host = keyof typeof canonical;

export const canonicalHosts: Readonly<Record<Host, string>> = canonical;

/** Where to ask, without a slash at the end. */
export function hostFor(host: Host, env: Env): string {
  const chosen = {
    npm: env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'],
    pypi: (env['UV_INDEX_URL'] ?? env['PIP_INDEX_URL'])?.replace(/\/simple\/?$/, ''),
    go: env['GOPROXY']?.split(/[,|]/)[0],
  }[host];
  const usable = chosen !== undefined && /^https?:\/\//.test(chosen);
  return (usable ? chosen : canonical[host]).replace(/\/+$/, '');
}

/** The address to fetch a recorded URL from. */
export function fetchUrl(url: string, env: Env): string {
  for (const host of ['npm', 'go'] as const) {
    if (url.startsWith(`${canonical[host]}/`)) return hostFor(host, env) + url.slice(canonical[host].length);
  }
  return url;
}
