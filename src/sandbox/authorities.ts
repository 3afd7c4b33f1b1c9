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
 * the SDKs of AWS. Java has no variable for it but one of options, and an entry's own options stay: of two that say the
 * same the last counts.
 */
export function authoritiesEnv(
  folder: string | undefined,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  if (folder === undefined) return settings;
  const all = `${target}/${authorityFiles.all}`;
  const java = `-Djavax.net.ssl.trustStore=${target}/${authorityFiles.java}`;
  return {
    SSL_CERT_FILE: all,
    REQUESTS_CA_BUNDLE: all,
    CURL_CA_BUNDLE: all,
    GIT_SSL_CAINFO: all,
    AWS_CA_BUNDLE: all,
    NODE_EXTRA_CA_CERTS: `${target}/${authorityFiles.further}`,
    ...settings,
    JAVA_TOOL_OPTIONS: [java, settings['JAVA_TOOL_OPTIONS']].filter(Boolean).join(' '),
  };
}
