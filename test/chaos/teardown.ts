import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, How } from './client.ts';
import type { Teardown } from './matrix.ts';

export interface Victim {
  readonly client: Client;
  /** Breaks every connection between launcher and engine. */
  readonly cut: () => Promise<void>;
  /** Says that the end has been asked for: from here the time to gone counts. */
  readonly asked: () => void;
}

type Act = (victim: Victim) => Promise<void>;

const acts: Readonly<Record<Teardown, Act>> = {
  'stdin-close': now(({ client }) => closeInput(client)),
  'sdk-close': async ({ client, asked }) => {
    asked();
    closeInput(client);
    await endsWithin(client, 2000);
    client.signal('SIGTERM');
    await endsWithin(client, 2000);
    client.signal('SIGKILL');
  },
  SIGINT: now(({ client }) => client.signal('SIGINT')),
  SIGTERM: now(({ client }) => client.signal('SIGTERM')),
  SIGHUP: now(({ client }) => client.signal('SIGHUP')),
  'SIGINT-SIGTERM': async ({ client, asked }) => {
    asked();
    client.signal('SIGINT');
    await sleep(150);
    client.signal('SIGTERM');
  },
  SIGKILL: now(({ client }) => client.signal('SIGKILL')),
  'unreaped-SIGKILL': now(({ client }) => {
    client.signalParent('SIGSTOP');
    client.signal('SIGKILL');
  }),
  'parent-SIGKILL': now(({ client }) => client.signalParent('SIGKILL')),
  'terminal-close': now(({ client }) => client.signalParent('SIGUSR1')),
  'stopped-SIGTERM': async ({ client, asked }) => {
    client.signal('SIGSTOP');
    client.signal('SIGTERM');
    await sleep(700);
    asked();
    client.signal('SIGCONT');
  },
  'engine-cut': async ({ cut, asked }) => {
    asked();
    await cut();
  },
};

/** How the launcher has to be started for this. */
export function howFor(teardown: Teardown): How {
  if (teardown === 'parent-SIGKILL' || teardown === 'unreaped-SIGKILL') return 'wrapped';
  return teardown === 'terminal-close' ? 'terminal' : 'direct';
}

export async function tearDown(teardown: Teardown, victim: Victim): Promise<void> {
  await acts[teardown](victim);
}

function now(act: (victim: Victim) => void): Act {
  return (victim) => {
    victim.asked();
    act(victim);
    return Promise.resolve();
  };
}

/** What could not be written is lost, as when a client exits: its end of the pipe is closed at once. */
function closeInput({ stdin }: Client): void {
  if (stdin.writableLength > 0) stdin.destroy();
  else stdin.end();
}

async function endsWithin(client: Client, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (client.alive() && performance.now() < deadline) await sleep(20);
}
