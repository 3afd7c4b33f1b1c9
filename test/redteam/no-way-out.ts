/** Whether a network namespace leads anywhere; pure, from what `ip -json` says of it. */

export interface Link {
  readonly ifname: string;
  readonly link_type: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

export interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
}

/** What `ip` says of one namespace. `reached`: outside addresses for which its tables hold a route. */
export interface Tables {
  readonly sameAsHost: boolean;
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  readonly reached: readonly string[];
}

/** Kinds of interfaces that lead to nothing but this namespace. A veth may lead to another, so none may be there yet. */
const closed = new Set(['bridge', 'dummy']);

/** One line for each way out; empty: nothing can leave. */
export function waysOut({ sameAsHost, links, routes, reached }: Tables): readonly string[] {
  const open = links.filter(
    ({ link_type, linkinfo }) => link_type !== 'loopback' && !closed.has(linkinfo?.info_kind ?? ''),
  );
  const out = routes.filter(({ dst, gateway }) => dst === 'default' || gateway !== undefined);
  return [
    ...(sameAsHost ? ["it is this machine's own network"] : []),
    ...(links.length === 0 ? ['its interfaces are unknown'] : []),
    ...open.map(({ ifname }) => `the interface ${ifname} may lead out`),
    ...out.map(({ dst, dev = '?' }) => `there is a route to ${dst} over ${dev}`),
    ...reached.map((address) => `there is a route to ${address}`),
  ];
}
