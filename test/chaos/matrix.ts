import { pick, shuffled, type Random } from './random.ts';

/** Ours, the docker command with our image, and the docker command with the same server but no mcpcat-init. */
export const contestants = ['mcpcat', 'docker-guarded', 'docker-unguarded'] as const;
export type Contestant = (typeof contestants)[number];

/** Behaviours of test/fixtures/servers/server.js; `none` ends at the end of its input. */
export const behaviours = ['none', 'ignores-eof', 'ignores-everything', 'never-reads'] as const;
export type Behaviour = (typeof behaviours)[number];

export const teardowns = [
  'stdin-close',
  /** As the MCP SDKs do: stdin closed, 2 s, SIGTERM, 2 s, SIGKILL. */
  'sdk-close',
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGINT-SIGTERM',
  'SIGKILL',
  /** By a parent that does not wait for its child: the launcher stays as a zombie. */
  'unreaped-SIGKILL',
  /** SIGKILL to the launcher's parent, while somebody else holds the launcher's pipes open. */
  'parent-SIGKILL',
  /** The launcher's terminal is closed. */
  'terminal-close',
  /** SIGSTOP, SIGTERM, SIGCONT. */
  'stopped-SIGTERM',
] as const;
/** `engine-cut`: every connection between launcher and engine breaks (`--engine`). */
export type Teardown = (typeof teardowns)[number] | 'engine-cut';

export const moments = [
  'before-create',
  'before-start',
  'before-initialize',
  'in-a-call',
  'full-pipe',
  'idle',
] as const;
/** A number is milliseconds after the launcher's start, wherever it is then. */
export type Moment = (typeof moments)[number] | number;

/** One launch and its end. */
export interface Case {
  readonly number: number;
  readonly contestant: Contestant;
  readonly teardown: Teardown;
  readonly behaviour: Behaviour;
  readonly moment: Moment;
}

export interface Plan {
  readonly random: Random;
  /** Launches that end at a random time, beside the matrix. */
  readonly launches: number;
  readonly short: boolean;
  /** Cut connections to the engine, too. */
  readonly engine: boolean;
  /** Keeps the cases whose id holds this text. */
  readonly only: string;
}

export function idOf({ contestant, teardown, behaviour, moment }: Omit<Case, 'number'>): string {
  return [contestant, teardown, behaviour, String(moment)].join('/');
}

/** All cases in random order, so that a run that is cut short has still seen something of everything. */
export function casesOf(plan: Plan): Case[] {
  const { random } = plan;
  const matrix = contestants.flatMap((contestant) => matrixOf(contestant, plan));
  const randomOnes = Array.from({ length: plan.launches }, () => randomCase(plan));
  return shuffled(random, [...matrix, ...randomOnes])
    .filter((one) => idOf(one).includes(plan.only))
    .map((one, number) => ({ ...one, number }));
}

type Planned = Omit<Case, 'number'>;

function matrixOf(contestant: Contestant, { random, short, engine }: Plan): Planned[] {
  const cuts: readonly Teardown[] = engine && contestant === 'mcpcat' ? ['engine-cut'] : [];
  const all = [...teardowns, ...cuts].flatMap((teardown) =>
    behaviours.flatMap((behaviour) =>
      // The short form looks at each pair at one moment only.
      (short ? [pick(random, moments)] : moments).map((moment) => ({
        contestant,
        teardown,
        behaviour,
        moment,
      })),
    ),
  );
  return short && contestant !== 'mcpcat' ? shuffled(random, all).slice(0, 10) : all;
}

function randomCase({ random, engine }: Plan): Planned {
  const dice = random();
  const teardown = dice < 0.5 ? 'SIGKILL' : engine && dice < 0.75 ? 'engine-cut' : pick(random, teardowns);
  const moment = Math.round(random() * 1200);
  return { contestant: 'mcpcat', teardown, behaviour: pick(random, behaviours), moment };
}

/**
 * Why a container may stay although mcpcat-init guards it: nobody tells it. With `mcpcat run` there is no such excuse.
 */
export function excuse({ contestant, teardown, moment }: Case): string | undefined {
  if (contestant === 'mcpcat') return undefined;
  if (contestant === 'docker-unguarded') return 'unguarded';
  if (teardown === 'parent-SIGKILL') return 'the docker command itself lives on';
  if (moment === 'before-start' && /SIG(INT|TERM|HUP)$|terminal/.test(teardown))
    return 'the docker command passes the signal to a container that does not run yet, and lives on';
  return undefined;
}
