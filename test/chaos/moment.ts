import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, Moment } from './matrix.ts';
import type { Random } from './random.ts';
import type { Client } from './client.ts';
import type { Seen, Watcher } from './watcher.ts';

/** A launch that did not get to the moment at which it was to be ended. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

export interface Launched {
  readonly one: Case;
  readonly session: string;
  readonly client: Client;
  readonly watcher: Watcher;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Milliseconds; a launch on a busy machine takes a while. */
const timeoutMs = 60_000;
/** More than all the buffers between a client and a server hold. */
const fill = Buffer.alloc(2 << 20, 'x');

const request = (id: number, method: string, params: unknown): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const hello = request(1, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'chaos', version: '1' },
});
const call = (args: unknown): string => request(2, 'tools/call', { name: 'echo', arguments: args });

const ways: Readonly<Record<Exclude<Moment, number>, (launched: Launched) => Promise<void>>> = {
  // mcpcat takes 60 ms and more to its first request, the docker command 15.
  'before-create': ({ one, random }) => sleep(random() * (one.contestant === 'mcpcat' ? 40 : 10)),
  'before-start': (launched) => seen(launched, () => true),
  'before-initialize': async (launched) => {
    await seen(launched, ({ state }) => state === 'running');
    await sleep(launched.random() * 100);
  },
  'in-a-call': async (launched) => {
    await initialized(launched);
    launched.client.stdin.write(call({ waitMs: 1000 }));
    await sleep(100 + launched.random() * 100);
  },
  'full-pipe': async (launched) => {
    await initialized(launched);
    launched.client.stdin.write(call({ stopReading: true }));
    if (launched.one.behaviour !== 'never-reads') await says(launched, '"id":2');
    launched.client.stdin.write(fill);
    await untilStuck(launched);
  },
  idle: async (launched) => {
    await initialized(launched);
    await sleep(200 + launched.random() * 300);
  },
};

/** Brings the launch to its moment; rejects with NotReached if that does not come. */
export async function reach(launched: Launched): Promise<void> {
  const { one, client } = launched;
  await client.ready();
  if (typeof one.moment !== 'number') return ways[one.moment](launched);
  client.stdin.write(hello);
  return sleep(one.moment);
}

async function initialized(launched: Launched): Promise<void> {
  launched.client.stdin.write(hello);
  if (launched.one.behaviour !== 'never-reads') return says(launched, '"id":1');
  await seen(launched, ({ state }) => state === 'running');
  await sleep(200);
}

async function says(launched: Launched, text: string): Promise<void> {
  await until(launched, `the answer ${text}`, () => Promise.resolve(launched.client.said.includes(text)));
}

async function seen(launched: Launched, holds: (container: Seen) => boolean): Promise<void> {
  await until(launched, 'its container', async () => {
    const container = await launched.watcher.look(launched.session);
    return container !== undefined && holds(container);
  });
}

/** What we write is no longer taken, for long enough that it is not just slow. */
async function untilStuck(launched: Launched): Promise<void> {
  let left = -1;
  await until(launched, 'a full pipe', async () => {
    const before = left;
    await sleep(300);
    left = launched.client.stdin.writableLength;
    return left > 0 && left === before;
  });
}

async function until(
  { client, signal }: Launched,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    signal.throwIfAborted();
    if (!client.alive()) throw new NotReached(`ended before ${what}: ${client.said.slice(-300)}`);
    if (performance.now() > deadline) throw new NotReached(`no ${what}: ${client.said.slice(-300)}`);
    await sleep(5);
  }
}
