import Docker from 'dockerode';
import { addressText } from '../../lib/ip-address.ts';
import type { Engine } from '../engine.ts';
import type { DirectAddress } from '../locate/address.ts';
import type { Calls } from './calls.ts';
import { containerCalls } from './containers.ts';
import { imageCalls } from './images.ts';
import type { Identify } from './identify.ts';
import { engineInfo } from './info.ts';
import type { SessionCalls } from './session-calls.ts';
import { volumeCalls } from './volumes.ts';

/** The part of the port that goes through dockerode. */
export type ClientCalls = Omit<Engine, keyof SessionCalls | 'endpoint'>;

export function clientCalls(address: DirectAddress, calls: Calls, identify: Identify): ClientCalls {
  const docker = dockerAt(address);
  return {
    info: () => calls.quick('ask the engine what it is', () => engineInfo(docker)),
    ...imageCalls(docker, calls, identify),
    ...containerCalls(docker, calls, identify),
    ...volumeCalls(docker, calls),
  };
}

/** What docker-modem takes from the environment for each option that it is not given (its lib/modem.js, `defaultOpts`). */
const ofTheEnvironment = [
  'DOCKER_HOST',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'DOCKER_PATH_PREFIX',
  'DOCKER_CLIENT_TIMEOUT',
] as const;

/**
 * The address has been found already, by rules that dockerode does not know (a socket in ssh's place, an engine that the
 * user named): with a DOCKER_HOST before its eyes it would go to another engine than the rest of our calls. Options given
 * as undefined would outdo the variables, but not keep it from reading them first, and failing at what it can't read.
 */
function dockerAt(address: DirectAddress): Docker {
  const hidden = ofTheEnvironment.map((name) => [name, process.env[name]] as const);
  for (const [name] of hidden) Reflect.deleteProperty(process.env, name);
  try {
    return new Docker(optionsOf(address));
  } finally {
    for (const [name, value] of hidden) if (value !== undefined) process.env[name] = value;
  }
}

/** How dockerode is told where the engine is. */
export function optionsOf(address: DirectAddress): Docker.DockerOptions {
  if (address.socketPath !== undefined) return { socketPath: address.socketPath };
  const { host, port, protocol, tls } = address;
  // As a URL: the library takes fd00::2 for one of the scheme "fd00:".
  return { host: `${protocol}://${addressText(host)}`, port, protocol, ...tls };
}
