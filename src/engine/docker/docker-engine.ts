import type { Engine } from '../engine.ts';
import type { Address } from '../locate/address.ts';
import type { SshDestination } from '../ssh/destination.ts';
import { Calls } from './calls.ts';
import type { ClientCalls } from './client.ts';
import { identityOf, type EngineMemory, type ProfileFile } from './identify.ts';
import { sessionCalls } from './session-calls.ts';
import { untilItFails } from './until-it-fails.ts';
import { Wire, type Reach } from './wire.ts';

const clientNames = [
  'info',
  'inspectImage',
  'listImages',
  'buildImage',
  'pullImage',
  'tagImage',
  'removeImage',
  'saveImage',
  'loadImage',
  'followErrors',
  'killContainer',
  'removeContainer',
  'listContainers',
  'containerLogs',
  'containerProcesses',
  'containerMemory',
  'containerChanges',
  'copyOut',
  'copyIn',
  'listVolumes',
  'removeVolume',
] as const satisfies readonly (keyof ClientCalls)[];

/** Nothing is forgotten: this type is `never`. */
type Forgotten = Exclude<keyof ClientCalls, (typeof clientNames)[number]>;

/** What of this machine an engine may need. */
export interface Surroundings {
  readonly profileFile: ProfileFile;
  /** Without one, an engine is asked what it is. */
  readonly memory?: EngineMemory | undefined;
  /** Resolves to a socket of this machine that leads to the engine there. */
  readonly forward: (destination: SshDestination) => Promise<string>;
}

/** The adapter. Nothing is sent before the first call, and dockerode is loaded for the first that needs it. */
export function dockerEngine(address: Address, { profileFile, memory, forward }: Surroundings): Engine {
  const reach = reachOf(address, forward);
  const calls = new Calls(address.endpoint);
  const wire = new Wire(reach);
  const identity = identityOf(wire, { profileFile, memory });
  const load = untilItFails(async (): Promise<ClientCalls> => {
    const { clientCalls } = await import('./client.ts');
    return clientCalls(await reach(), calls, identity.identify);
  });
  return {
    endpoint: address.endpoint,
    ...sessionCalls(wire, calls, identity),
    ...late(load),
  };
}

/** The way over ssh is made for the first call. */
function reachOf(address: Address, forward: Surroundings['forward']): Reach {
  if (!('ssh' in address)) return () => Promise.resolve(address);
  const { endpoint, ssh } = address;
  return untilItFails(async () => ({ endpoint, socketPath: await forward(ssh) }));
}

/** All calls of the client, each loading it first. */
function late(load: () => Promise<ClientCalls>): ClientCalls {
  const entries = clientNames.map((name) => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      const client = await load();
      const method = client[name] as (...args: readonly unknown[]) => Promise<unknown>;
      return method(...args);
    };
    return [name, call] as const;
  });
  return Object.fromEntries(entries) as unknown as [Forgotten] extends [never] ? ClientCalls : never;
}
