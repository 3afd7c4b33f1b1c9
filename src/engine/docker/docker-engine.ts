import Docker from 'dockerode';
import type { Engine } from '../engine.ts';
import type { Address } from '../locate/address.ts';
import { Calls } from './calls.ts';
import { containerCalls } from './containers.ts';
import { imageCalls } from './images.ts';
import { engineInfo } from './info.ts';
import { volumeCalls } from './volumes.ts';

/** The adapter over dockerode. Nothing is sent before the first call. */
export function dockerEngine(address: Address): Engine {
  const docker = new Docker(optionsOf(address));
  const calls = new Calls(address.endpoint);
  return {
    endpoint: address.endpoint,
    info: () => calls.quick('ask the engine what it is', () => engineInfo(docker)),
    ...imageCalls(docker, calls),
    ...containerCalls(docker, calls),
    ...volumeCalls(docker, calls),
  };
}

function optionsOf(address: Address): Docker.DockerOptions {
  if (address.socketPath !== undefined) return { socketPath: address.socketPath };
  const { host, port, protocol, tls } = address;
  return { host, port, protocol, ...tls };
}
