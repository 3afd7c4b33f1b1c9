import type { Host } from '../../host/host.ts';
import { McpcatError } from '../../lib/errors.ts';
import { addressOf, type Address } from './address.ts';
import { configFolder, contextAddress, currentContext, tlsOf } from './context.ts';

export interface Search {
  /** What the user named: an address or the name of a docker context. */
  readonly endpoint?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: Host;
}

type Strategy = (search: Search) => Address | undefined;

/** Tried in this order; the first that knows an address wins. No connection is made: the first call will tell. */
const strategies: readonly Strategy[] = [fromOption, fromDockerHost, fromContext, fromUsualSockets];

/** Finds the engine's address, or fails with `engine-missing` and the places that were looked at. */
export function locateEngine(search: Search): Address {
  for (const strategy of strategies) {
    const address = strategy(search);
    if (address !== undefined) return address;
  }
  throw new McpcatError(
    'engine-missing',
    'found no container engine (looked at DOCKER_HOST, the docker context and the usual sockets)',
    {
      hint: 'install and start one',
      inputs: [{ name: 'repair' }],
      detail: search.host.engineSockets(search.env),
    },
  );
}

function fromOption({ endpoint, ...places }: Search): Address | undefined {
  if (endpoint === undefined) return undefined;
  // Docker's own name for "no context": DOCKER_HOST or the usual socket.
  if (endpoint === 'default') return fromDockerHost(places) ?? fromUsualSockets(places);
  return /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(endpoint)
    ? contextAddress(endpoint, places)
    : addressOf(endpoint);
}

function fromDockerHost({ env, host: machine }: Search): Address | undefined {
  const host = env['DOCKER_HOST'];
  if (!host) return undefined;
  const address = addressOf(host);
  if (!env['DOCKER_TLS_VERIFY'] || 'ssh' in address || address.socketPath !== undefined) return address;
  const folder = env['DOCKER_CERT_PATH'] || configFolder({ env, host: machine });
  const tls = tlsOf(folder);
  // To go on without would be to talk in the clear, which is what DOCKER_TLS_VERIFY forbids.
  if (tls === undefined)
    throw new McpcatError(
      'engine-missing',
      `DOCKER_TLS_VERIFY is set, and there are no certificates in ${folder}`,
      {
        hint: 'put ca.pem, cert.pem and key.pem there, or set DOCKER_CERT_PATH',
      },
    );
  return addressOf(host, tls);
}

function fromContext(search: Search): Address | undefined {
  const name = currentContext(search);
  return name === undefined ? undefined : contextAddress(name, search);
}

function fromUsualSockets({ env, host }: Search): Address | undefined {
  const socket = host.engineSockets(env).find((place) => host.hasSocket(place));
  return socket === undefined ? undefined : addressOf(socket);
}
