import { McpcatError } from '../../lib/errors.ts';
import { hostOf } from '../../lib/ip-address.ts';

/** Where ssh leads; `socket` is the engine's on that host, where it is not the usual one. */
export interface SshDestination {
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly socket: string | undefined;
}

/**
 * `ssh://[USER@]HOST[:PORT][/SOCKET]`. What could be an option of ssh's or a word of the far shell is refused: the host
 * comes from a context or an environment variable, and both may be somebody else's.
 */
export function sshDestination(url: URL): SshDestination {
  const host = hostOf(url);
  const user = decodeURIComponent(url.username);
  const socket = url.pathname === '/' ? '' : decodeURIComponent(url.pathname);
  const fits =
    /^[A-Za-z0-9:][\w.:-]*$/.test(host) &&
    /^([A-Za-z0-9_][\w.@+-]*)?$/.test(user) &&
    /^(\/[\w./-]+)?$/.test(socket);
  if (!fits)
    throw new McpcatError(
      'usage',
      `expected ssh://[USER@]HOST[:PORT][/SOCKET], found "ssh://${url.host}${url.pathname}"`,
    );
  if (url.password !== '')
    throw new McpcatError('usage', `an address with ssh takes no password (ssh://${url.host})`, {
      hint: 'use a key or an agent',
    });
  return {
    host,
    user: user || undefined,
    port: url.port === '' ? undefined : Number(url.port),
    socket: socket || undefined,
  };
}
