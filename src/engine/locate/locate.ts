import { existsSync } from 'node:fs';
import path from 'node:path';
import { McpcatError } from '../../lib/errors.ts';
import { addressOf, type Address } from './address.ts';
import { configFolder, contextAddress, currentContext, tlsOf } from './context.ts';

export interface Search {
  /** `--engine`: an address or the name of a docker context. */
  readonly endpoint?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
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
      hint: 'install and start one: mcpcat doctor --fix',
      detail: usualSockets(search.env),
    },
  );
}

function fromOption({ endpoint, env }: Search): Address | undefined {
  if (endpoint === undefined) return undefined;
  // Docker's own name for "no context": DOCKER_HOST or the usual socket.
  if (endpoint === 'default') return fromDockerHost({ env }) ?? fromUsualSockets({ env });
  return /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(endpoint) ? contextAddress(endpoint, env) : addressOf(endpoint);
}

function fromDockerHost({ env }: Search): Address | undefined {
  const host = env['DOCKER_HOST'];
  if (!host) return undefined;
  const address = addressOf(host);
  if (!env['DOCKER_TLS_VERIFY'] || address.socketPath !== undefined) return address;
  const folder = env['DOCKER_CERT_PATH'] ?? configFolder(env);
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

function fromContext({ env }: Search): Address | undefined {
  const name = currentContext(env);
  return name === undefined ? undefined : contextAddress(name, env);
}

function fromUsualSockets({ env }: Search): Address | undefined {
  const socket = usualSockets(env).find((file) => existsSync(file));
  return socket === undefined ? undefined : addressOf(socket);
}

/** Docker, rootless Docker, Docker Desktop, OrbStack, Colima, Podman: in the order in which they are looked for. */
export function usualSockets(env: Search['env']): string[] {
  const home = env['HOME'] ?? '/';
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${String(process.getuid?.() ?? 0)}`;
  return [
    '/var/run/docker.sock',
    path.join(runtime, 'docker.sock'),
    path.join(home, '.docker/run/docker.sock'),
    path.join(home, '.docker/desktop/docker.sock'),
    path.join(home, '.orbstack/run/docker.sock'),
    path.join(home, '.colima/default/docker.sock'),
    path.join(runtime, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ];
}
