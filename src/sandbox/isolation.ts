import type { EngineInfo } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';

/** What holds a server in besides the kernel's own means: a kernel of its own, in user space or in a virtual machine. */
export interface Isolation {
  /** As the user calls it: `gvisor`, `kata`, or the name of one of the engine's runtimes. */
  readonly name: string;
  /** As the engine calls it. */
  readonly runtime: string;
  /** Where containers have a network and a cluster's policy keeps it shut; undefined where there is none. */
  readonly network?: 'kept-out-by-policy';
}

/** Names under which engines have them, the usual one first. */
const known: Readonly<Record<string, readonly string[]>> = {
  gvisor: ['runsc', 'gvisor', 'io.containerd.runsc.v1'],
  kata: ['kata', 'kata-runtime', 'kata-qemu', 'kata-clh', 'kata-fc', 'io.containerd.kata.v2'],
};

/** Those that bring a kernel of their own, which a container there must see instead of the machine's. */
export function hasOwnKernel({ name }: Isolation): boolean {
  return Object.hasOwn(known, name);
}

/** gVisor runs in threads of its own, which the engine's limit of processes counts (measured: 64 ended at ten children). */
const gvisorThreads = 256;

export function headRoom(isolation: Isolation | undefined): number {
  return isolation?.name === 'gvisor' ? gvisorThreads : 0;
}

/** A name that can be one of an engine's runtimes. */
export const isolationName = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** The engine's runtime for it. Throws `engine-unfit` if it has none: never something weaker. */
export function isolationOn(name: string, { runtimes }: Pick<EngineInfo, 'runtimes'>): Isolation {
  const names = (Object.hasOwn(known, name) ? known[name] : undefined) ?? [name];
  const runtime = names.find((one) => runtimes.includes(one));
  if (runtime !== undefined) return { name, runtime };
  throw new McpcatError(
    'engine-unfit',
    `the isolation ${name} is asked for, and the engine has no such runtime: expected ${names.join(' or ')}, found ${runtimes.join(', ') || 'none'}`,
    { hint: "install it and name it in the engine's configuration (daemon.json, runtimes)" },
  );
}
