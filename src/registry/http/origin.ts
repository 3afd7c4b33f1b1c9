import { McpcatError } from '../../lib/errors.ts';
import { isLoopback } from '../../lib/loopback.ts';

/** Where the API of a registry host answers. Plain http for loopback only; everything else is https. */
export function originOf(host: string): URL {
  if (host === 'docker.io') return new URL('https://registry-1.docker.io/');
  const url = new URL(`https://${host}/`);
  return isLoopback(url.hostname) ? new URL(`http://${host}/`) : url;
}

/**
 * An address that a registry sends us on to (redirect, upload location, token realm). Refused unless https; a registry
 * on loopback may also name plain http on loopback.
 */
export function onward(target: string, from: URL, registry: URL): URL {
  const base = from.href;
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  const fine =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isLoopback(url.hostname) && isLoopback(registry.hostname));
  if (url !== undefined && fine && url.username === '' && url.password === '') return url;
  throw new McpcatError(
    'registry-failed',
    `registry ${registry.host}: expected to be sent on to an https address, found ${shown(url)}`,
    { hint: 'the registry, or a proxy before it, is set up wrongly' },
  );
}

/** Without query: it may hold a signature. */
function shown(url: URL | undefined): string {
  return url === undefined ? 'no address' : `${url.protocol}//${url.host}`;
}
