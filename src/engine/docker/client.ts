import Docker from 'dockerode';
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
  const docker = new Docker(optionsOf(address));
  return {
    info: () => calls.quick('ask the engine what it is', () => engineInfo(docker)),
    ...imageCalls(docker, calls, identify),
    ...containerCalls(docker, calls, identify),
    ...volumeCalls(docker, calls),
  };
}

function optionsOf(address: DirectAddress): Docker.DockerOptions {
  if (address.socketPath !== undefined) return { socketPath: address.socketPath };
  const { host, port, protocol, tls } = address;
  return { host, port, protocol, ...tls };
}
