import type { Engine } from '../engine.ts';
import type { Address } from '../locate/address.ts';
import { Calls } from './calls.ts';
import type { ClientCalls } from './client.ts';
import { identifier, type ProfileFile } from './identify.ts';
import { sessionCalls } from './session-calls.ts';
import { Wire } from './wire.ts';

const clientNames = [
  'info',
  'inspectImage',
  'listImages',
  'buildImage',
  'importImage',
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

/** The adapter. Nothing is sent before the first call, and dockerode is loaded for the first that needs it. */
export function dockerEngine(address: Address, profileFile: ProfileFile): Engine {
  const calls = new Calls(address.endpoint);
  const wire = new Wire(address);
  const identify = identifier(wire, profileFile);
  let client: Promise<ClientCalls> | undefined;
  const load = (): Promise<ClientCalls> =>
    (client ??= import('./client.ts').then(({ clientCalls }) => clientCalls(address, calls, identify)));
  return {
    endpoint: address.endpoint,
    ...sessionCalls(wire, calls, identify),
    ...late(load),
  };
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
