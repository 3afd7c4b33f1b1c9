import { McpcatError } from '../lib/errors.ts';
import { mirrorIn } from '../lib/mirrors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Locks record the public addresses. Where a machine uses a mirror, the settings file says so (`mirrors`, or
 * MCPCAT_MIRROR_…), or the standard setting of an ecosystem (npm_config_registry, UV_INDEX_URL or PIP_INDEX_URL,
 * GOPROXY), and the request goes there. Content is checked by hash either way.
 */
const canonical = {
  npm: 'https://registry.npmjs.org',
  pypi: 'https://pypi.org',
  go: 'https://proxy.golang.org',
  debian: 'http://deb.debian.org/debian',
  debianSnapshot: 'https://snapshot.debian.org',
} as const;
export type Host = keyof typeof canonical;

/** Where PyPI keeps the files that its index names. */
const pypiFiles = 'https://files.pythonhosted.org/packages/';

export const canonicalHosts: Readonly<Record<Host, string>> = canonical;

/** Where to ask, without a slash at the end; it may hold a user and a password (lib/http.ts knows what to do). */
export function hostFor(host: Host, env: Env): string {
  const chosen = mirrorIn(env, host) ?? usable(ofEcosystem(host, env)) ?? canonical[host];
  return (host === 'pypi' ? chosen.replace(/\/simple\/?$/, '') : chosen).replace(/\/+$/, '');
}

function ofEcosystem(host: Host, env: Env): string | undefined {
  switch (host) {
    case 'npm':
      return env['npm_config_registry'] || env['NPM_CONFIG_REGISTRY'];
    case 'pypi':
      return env['UV_DEFAULT_INDEX'] || env['UV_INDEX_URL'] || env['PIP_INDEX_URL'];
    case 'go':
      return env['GOPROXY']?.split(/[,|]/)[0];
    case 'debian':
    case 'debianSnapshot':
      return undefined;
  }
}

function usable(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\//.test(text) ? text : undefined;
}

/** Whether a recorded address is a file of PyPI's, and has to be looked up in the index of a mirror (mirror-file.ts). */
export function isPypiFile(url: string): boolean {
  return url.startsWith(pypiFiles);
}

/** The address to fetch a recorded URL from. */
export function fetchUrl(url: string, env: Env): string {
  for (const host of ['npm', 'go'] as const) {
    if (url.startsWith(`${canonical[host]}/`)) return hostFor(host, env) + url.slice(canonical[host].length);
  }
  return url;
}

/**
 * The public address of a file that an index named, which may be one of its own or relative. PyPI's files lie under
 * their BLAKE2 hash. Throws `lock-refused` where neither gives it.
 */
export function publicPypiUrl({
  url,
  filename,
  digests: { blake2b_256: hash },
}: {
  readonly url: string;
  readonly filename: string;
  readonly digests: { readonly blake2b_256?: string | undefined };
}): string {
  if (hash !== undefined && /^[0-9a-f]{64}$/.test(hash))
    return `${pypiFiles}${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash.slice(4)}/${filename}`;
  const path = /(?:^|\/)packages\/((?:[^/?#]+\/)+)[^/?#]+$/.exec(url)?.[1];
  if (path !== undefined) return `${pypiFiles}${path}${filename}`;
  throw new McpcatError(
    'lock-refused',
    `${filename}: expected an index that gives its blake2b_256 or its public address, found neither`,
    { hint: 'a lock holds public addresses, so that it is valid behind every mirror' },
  );
}
