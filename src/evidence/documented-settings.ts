import type { Package } from '../package/package.ts';
import { gather, type KnownSetting } from './gather.ts';
import { isOwnCode, sourceSettings } from './source-settings.ts';

/** A setting that a package's documents tell of and its own code reads. */
export interface DocumentedSetting {
  readonly name: string;
  readonly description: string | undefined;
}

/**
 * How a server is reached over HTTP: whom it listens to, on which address, who may call it, behind which proxy. An entry
 * fixes its transport, so no user of it can set any of these.
 */
const serving =
  /(^|_)(TRANSPORT(_(TYPE|MODE))?|HTTP_(HOST|PORT|PATH|BIND|SERVER|SESSION\w*|BODY_LIMIT)|SSE(_\w+)?|STREAMABLE\w*|BIND(_\w+)?|LISTEN(_\w+)?|STATELESS(_HTTP)?|CORS(_\w+)?|ENDPOINT_PATH|DNS_REBINDING\w*)$|ALLOWED?_(HOSTS|ORIGINS?|REDIRECT_URIS)$|TRUST(ED)?_PROX(Y|IES)(_HOPS)?$|(^|_)MCP_(SERVER_)?(HOST|PORT|PATH|ADDRESS|MODE|URL|BASE_URL|NAME|TITLE)$|(^|_)MCP_(AUTH_TOKEN|BEARER_TOKEN|API_KEY|AUTH_DISABLED)$|(^|_)SERVER_(NAME|TITLE|VERSION|URL)$|^(MAX_SESSIONS|WEB_PORT|HTTP_PORT|HTTP_HOST|PUBLIC_URL)$|(^|_)(JWKS|JWT)(_\w+)?$|REDIRECT_UR[IL]$|CALLBACK_(URL|PORT|HOST)$/;
const saysServing =
  /\b(HTTP|SSE|streamable[- ]http)\b(\/SSE)?[- ](mode|transports?|server|sessions?)\b|\bMCP server auth/i;

/** What many users ask for, and some authors document on a site of their own only. */
const asked =
  /SSL_?VERIFY$|VERIFY_?(SSL|TLS|CERTS?)$|CA_(CERTS?|BUNDLE|FILE|PATH)$|CLIENT_(CERT|KEY)(_PATH|_PASSWORD|_PASSPHRASE)?$|(^|_)LOG_?LEVEL$|READ_?ONLY(_MODE)?$/;

/**
 * What a user could set, by what is written for users: README, manifests and examples. Names that only the source has are
 * often the author's own, and names that its source does not read are another program's, or no settings at all (error
 * codes have tables, too). Both would be noise.
 */
export function documentedSettings(own: Package): DocumentedSetting[] {
  const read = new Set(sourceSettings(own.files).map(({ name }) => name));
  const code = own.files.filter(isOwnCode);
  const families = Map.groupBy(read, familyOf);
  const isRead = ({ name, witnesses }: KnownSetting): boolean =>
    read.has(name) ||
    ((isDeclared(witnesses) || (families.get(familyOf(name))?.length ?? 0) > 1) &&
      code.some(({ text }) => mentions(text, name)));
  return [...gather(own).settings.values()]
    .filter(({ name, witnesses }) => asked.test(name) || witnesses.some((witness) => witness !== 'source'))
    .filter(
      ({ name, description = '' }) =>
        !name.endsWith('_') && !serving.test(name) && !saysServing.test(description),
    )
    .filter((setting) => isRead(setting))
    .map(({ name, description }) => ({ name, description }));
}

/** A file for machines says that it is a setting, however the code comes to read it. */
function isDeclared(witnesses: KnownSetting['witnesses']): boolean {
  return witnesses.includes('server.json') || witnesses.includes('manifest');
}

/** `GRAFANA_` of `GRAFANA_ORG_ID`: who reads some by that prefix reads the others, perhaps by a helper of its own. */
function familyOf(name: string): string {
  return name.replace(/_.*$/, '_');
}

/** As a word of its own: a longer name is another setting. */
function mentions(text: string, name: string): boolean {
  return new RegExp(String.raw`(?<!\w)${name}(?!\w)`).test(text);
}
