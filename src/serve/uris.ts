/** The resources that one server lists. */
export interface ServerUris {
  readonly server: string;
  readonly uris: readonly string[];
  /** RFC 6570. */
  readonly templates: readonly string[];
}

export interface UriOrigin {
  readonly server: string;
  /** As the server knows it. */
  readonly uri: string;
}

/** Which server a URI is of, and what it is called where two have the same. */
export interface UriMap {
  /** What a client is shown: the URI itself, unless it would lead to another server. Templates likewise. */
  shown(origin: UriOrigin): string;
  /** Undefined where nothing says whose it is. */
  origin(shown: string): UriOrigin | undefined;
}

/** In front of a URI that another server has too: `mcpcat+SERVER:URI`. */
const marked = /^mcpcat\+([a-z0-9-]+):(.*)$/s;

/**
 * URIs stay as they are, because servers name them in texts that nobody rewrites. Whose one is, is said by the lists,
 * then by the templates (the one with the most text of its own), then by a scheme that only one server uses; one that two
 * servers list is marked. With one server every URI is its own.
 */
export function uriMap(servers: readonly ServerUris[]): UriMap {
  const [only] = servers;
  if (only !== undefined && servers.length === 1)
    return { shown: ({ uri }) => uri, origin: (uri) => ({ server: only.server, uri }) };
  const listed = Map.groupBy(
    servers.flatMap(({ server, uris, templates }) =>
      [...new Set([...uris, ...templates])].map((uri) => ({ server, uri })),
    ),
    ({ uri }) => uri,
  );
  const known = new Set(servers.map(({ server }) => server));
  const templates = servers.flatMap((one) => one.templates.map((text) => templateOf(one.server, text)));
  const schemes = ownSchemes(servers);
  const plain = (uri: string): string | undefined => {
    const owners = listed.get(uri) ?? [];
    if (owners.length > 0) return owners.length === 1 ? owners[0]?.server : undefined;
    return bestTemplate(templates, uri) ?? schemes.get(schemeOf(uri));
  };
  return {
    shown: ({ server, uri }) => {
      const owner = plain(uri);
      const isTheirs = owner === server || (owner === undefined && !listed.has(uri));
      return isTheirs && !marked.test(uri) ? uri : `mcpcat+${server}:${uri}`;
    },
    origin: (shown) => {
      const [, named, rest] = marked.exec(shown) ?? [];
      if (named !== undefined && rest !== undefined && known.has(named)) return { server: named, uri: rest };
      const server = plain(shown);
      return server === undefined ? undefined : { server, uri: shown };
    },
  };
}

interface Template {
  readonly server: string;
  /** The text before, between and behind its expressions. */
  readonly literals: readonly string[];
  /** Characters of it: how much it says. */
  readonly weight: number;
}

function templateOf(server: string, text: string): Template {
  const literals = text.split(/\{[^{}]*\}/);
  return { server, literals, weight: literals.join('').length };
}

/** Whether something can stand for each expression; no pattern of a server's making is ever run. */
function fits({ literals }: Template, uri: string): boolean {
  const [first = '', ...rest] = literals;
  if (rest.length === 0) return uri === first;
  const last = rest.pop() ?? '';
  if (!uri.startsWith(first) || !uri.endsWith(last)) return false;
  let at = first.length;
  for (const literal of rest) {
    const found = uri.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return at + last.length <= uri.length;
}

function bestTemplate(templates: readonly Template[], uri: string): string | undefined {
  const fitting = templates.filter((template) => fits(template, uri));
  const most = Math.max(0, ...fitting.map(({ weight }) => weight));
  const best = new Set(fitting.filter(({ weight }) => weight === most).map(({ server }) => server));
  return best.size === 1 ? [...best][0] : undefined;
}

/** Schemes that say nothing of whose a resource is. */
const everybodys: ReadonlySet<string> = new Set(['http', 'https', 'file', 'data', '']);

function ownSchemes(servers: readonly ServerUris[]): ReadonlyMap<string, string> {
  const users = Map.groupBy(
    servers.flatMap(({ server, uris, templates }) =>
      [...new Set([...uris, ...templates].map(schemeOf))].map((scheme) => ({ server, scheme })),
    ),
    ({ scheme }) => scheme,
  );
  return new Map(
    [...users].flatMap(([scheme, owners]) =>
      owners.length === 1 && !everybodys.has(scheme) ? [[scheme, owners[0]?.server ?? ''] as const] : [],
    ),
  );
}

function schemeOf(uri: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? '';
}
