import type { Readable, Writable } from 'node:stream';
import type { OnAttempt } from '../egress/attempt.ts';
import type { Dial } from '../egress/dial.ts';
import type { Policy } from '../egress/policy.ts';
import type { Tunnel } from '../egress/tunnel.ts';
import type { ContainerSettings, Engine, Labels } from '../engine/engine.ts';
import type { Process1 } from '../process1/process1.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Timeouts } from './timeouts.ts';

export interface SessionRequest {
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly image: string;
  /** Where the engine has no such image: another one, asked for until there is none; aborted when the session is stopped. */
  readonly onMissing?: ((image: string, signal: AbortSignal) => Promise<string | undefined>) | undefined;
  /**
   * Whether the image is the one that is meant: given the labels of the container, among them the image's, before it is
   * started. Rejects if it is not.
   */
  readonly accepts?: ((labels: Labels) => Promise<void>) | undefined;
  /** Of the container; whose process owns it is added here. */
  readonly labels: Labels;
  /** Where the tunnel leads. Asked for when the server runs and has one, so that nothing is loaded in vain. */
  readonly dial: () => Promise<Dial>;
  readonly onAttempt: OnAttempt;
  /** Instead of what the sandbox's rules come to, for a session that shall see more than it enforces. */
  readonly policy?: Policy | undefined;
  /** The tunnel has ended before the server has; it goes on without network. */
  readonly onTunnelClosed?: (message: string) => void;
  /** Who removes the container: the engine when the server ends, or `close`, so that what it left can be looked at. */
  readonly removal: 'at-end' | 'at-close';
  /** Milliseconds a server has after the end of its input; mcpcat-init's default if undefined. */
  readonly graceMs?: number | undefined;
  /** The last word on the settings: for a test session that shall show more than it enforces, and for an engine that parks containers. */
  readonly adjust?: ((settings: ContainerSettings) => ContainerSettings) | undefined;
  /** Where containers are parked: called once the lease of this one is asked for and its tunnel is there; its server is started when that resolves. */
  readonly onHeld?: ((id: string) => Promise<void>) | undefined;
  readonly timeouts?: Partial<Timeouts>;
  /** A folder for what is known of engine and image from one start to the next (src/process1); asked anew without. */
  readonly cache?: string | undefined;
  /** Instead of the one that we bring along: for an engine that takes none, and for tests of everything else. */
  readonly process1?: Process1 | undefined;
}

/**
 * One server at work, whoever speaks with it. `openSession` returns it at once; each of its promises resolves, and none
 * ever rejects: `ended` says what went wrong.
 *
 * ```
 *              ┌───────────────── failed, or stopped: nothing has run ─────────────────┐
 *              │                │                   │                                  ▼
 *   creating ──┴──▶ attaching ──┴──▶ starting ──────┴──▶ running ──exit, stop──▶ ended ──close()──▶ removed
 *                               opened        started
 * ```
 *
 * How it is brought from any of these to its end is the supervisor's (supervisor.ts). Each wait on the engine has a
 * deadline (timeouts.ts), and so the session has an end even where the engine has none.
 */
export interface Session {
  /** The server's streams, as soon as its start is on its way; undefined if it does not come so far. */
  readonly opened: Promise<Channel | undefined>;
  /** The server runs, or will never; not before `ended` where it will never. */
  readonly started: Promise<undefined>;
  readonly ended: Promise<ServerEnd>;
  /** Asks for the end; may be called at any time, and again to be more urgent. */
  stop(urgency: Urgency): void;
  /** Ends what has not ended by force, removes the container and lets go of everything. */
  close(): Promise<Removal>;
}

/** Bytes pass untouched in both directions, and each stream holds back its writer. */
export interface Channel {
  readonly id: string;
  /** Path of process 1 in the container. */
  readonly init: string;
  /** `end()` is the end of the server's input; its answers still come back. */
  readonly send: Writable;
  readonly received: Readable;
  /** Has to be read: a server whose stderr is full stands still. */
  readonly stderr: Readable;
  /** Undefined without permitted hosts, and where the server ended before; rejects if it could not be opened. */
  readonly tunnel: Promise<Tunnel | undefined>;
}

/**
 * `input-ended`: the server has been told by the end of its input and has its grace; `terminate`: SIGTERM now, and
 * SIGKILL after its grace; `kill`: by force now.
 */
export type Urgency = 'input-ended' | 'terminate' | 'kill';

/** How the server has ended. The first reason is kept; why a front end asked for it, the front end knows. */
export type ServerEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'stopped'; readonly exitCode: number }
  /** It could not be kept safely, or not be spoken to. */
  | { readonly kind: 'lease-lost'; readonly exitCode: number; readonly message: string }
  | { readonly kind: 'engine-gone'; readonly exitCode: number; readonly message: string }
  /** It never ran; `error` is an McpcatError unless it is a bug. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** `left` is the container that the engine did not confirm to have removed; the next reaping sees to it. */
export interface Removal {
  readonly left: string | undefined;
}
