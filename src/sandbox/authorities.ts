import type { BindMount } from '../engine/engine.ts';
import { authorityFiles } from '../lib/authority-files.ts';

/** Where a server finds the authorities that the user trusts. */
const target = '/mcpcat-authorities';

/** Read-only, like all that only the user decides. */
export function authoritiesMount(folder: string | undefined, labelled: boolean): BindMount[] {
  if (folder === undefined) return [];
  // Made by us for containers alone.
  const relabel = labelled ? ({ relabel: 'allowed' } as const) : {};
  return [{ source: folder, target, readOnly: true, kind: 'bind', ...relabel }];
}

/**
 * What runtimes and libraries read: OpenSSL and Go, Node (which adds to its own), Python's requests and httpx, curl, git,
 * the SDKs of AWS. Java reads no PEM from a variable.
 */
export function authoritiesEnv(folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {};
  const all = `${target}/${authorityFiles.all}`;
  return {
    SSL_CERT_FILE: all,
    REQUESTS_CA_BUNDLE: all,
    CURL_CA_BUNDLE: all,
    GIT_SSL_CAINFO: all,
    AWS_CA_BUNDLE: all,
    NODE_EXTRA_CA_CERTS: `${target}/${authorityFiles.further}`,
  };
}
