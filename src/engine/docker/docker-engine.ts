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

/** `agent` is docker-modem's own (its README); the types don't know it. */
function optionsOf(address: Address): Docker.DockerOptions & { agent?: unknown } {
  if (address.socketPath !== undefined) return { socketPath: address.socketPath, agent: socketAgent() };
  const { host, port, protocol, tls } = address;
  return { host, port, protocol, ...tls };
}

/**
 * Node works out a TLS server name for every request unless it is told one, also for a socket file, and its first look
 * for an IP address costs milliseconds.
 */
function socketAgent(): unknown {
  const { Agent } = process.getBuiltinModule('node:http');
  return new Agent({ keepAlive: true, ...{ servername: '' } });
}
