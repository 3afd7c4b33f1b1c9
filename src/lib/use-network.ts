import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as tls from 'node:tls';
import { McpcatError } from './errors.ts';
import { parseProxy, type NetworkSettings } from './proxy.ts';

/**
 * Makes all that this process fetches from now on go as the settings say: `fetch` and Node's own clients alike. Throws
 * `usage` where this Node can't, or a certificate can't be read: what was asked for is never left out silently.
 */
export function useNetwork({ proxy, noProxy, ca }: NetworkSettings): void {
  if (ca !== undefined) trustAlso(ca);
  if (proxy === undefined) return;
  const { href } = parseProxy(proxy, 'proxy');
  if (typeof http.setGlobalProxyFromEnv !== 'function')
    throw new McpcatError(
      'usage',
      `a proxy for fetching needs Node 24.14 or later, found ${process.version}`,
    );
  http.setGlobalProxyFromEnv({ HTTP_PROXY: href, HTTPS_PROXY: href, NO_PROXY: (noProxy ?? []).join(',') });
}

/** The file's certificates beside those that Node and the system trust. */
function trustAlso(file: string): void {
  if (typeof tls.setDefaultCACertificates !== 'function')
    throw new McpcatError(
      'usage',
      `an authority of your own needs Node 22.19 or later, found ${process.version}`,
    );
  const known = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  const further = readAuthorities(file);
  try {
    tls.setDefaultCACertificates([...new Set([...known, ...further])]);
  } catch (error) {
    throw new McpcatError(
      'usage',
      `ca: expected certificates in PEM, found one in ${file} that can't be parsed`,
      {
        cause: error,
      },
    );
  }
}

const certificate = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Every certificate of a PEM file, at least one. Throws `usage`. */
export function readAuthorities(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new McpcatError('usage', `ca: can't read ${file}`, { cause: error });
  }
  const found = text.match(certificate) ?? [];
  if (found.length > 0) return found;
  throw new McpcatError('usage', `ca: expected certificates in PEM, found none in ${file}`);
}
