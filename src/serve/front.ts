/**
 * The port between a front (stdio, Streamable HTTP) and the core: a client session is a duplex of JSON-RPC messages,
 * whatever carried them. The core knows nothing of streams, headers and HTTP sessions; a front knows nothing of servers.
 *
 * ```
 *   bytes ──readMessage──▶ session.deliver(message)          core: router, lists from surfaces, one upstream
 *   bytes ◀─writeMessage── client.send(message, {about})     per session and server, asleep until called
 * ```
 */
import type { Id, Message } from './message.ts';
import type { StopUrgency } from './upstream.ts';

/** What a front hands in: how one client is reached. */
export interface ClientConnection {
  readonly transport: 'stdio' | 'http';
  /** For the log until the client has said its name itself; empty if nobody knows. */
  readonly name: string;
  /**
   * Called for every message to the client, in order. A promise that it returns is waited for before more is read from
   * the server that the message came from: back-pressure. Must not throw; what can't be delivered any more is dropped.
   */
  send(message: Message, relation: Relation): void | Promise<void>;
}

export interface Relation {
  /**
   * The id of the client's own open request that this message belongs to: a response answers it, a progress
   * notification or a request of the server was caused by it (Streamable HTTP sends them on that request's stream).
   * Undefined for what belongs to none.
   */
  readonly about: Id | undefined;
}

/**
 * One client at work with the hub. The first message decides the protocol revision: `initialize`, or `_meta` of
 * 2026-07-28 in any request; a session never changes it, but for a `server/discover` that was refused or left unused.
 */
export interface ClientSession {
  /** Made here, 128 random bits in hex: fit for `Mcp-Session-Id`. */
  readonly id: string;
  /**
   * One message from the client (message.ts; `readMessage` makes it from bytes). Never throws and never waits: an answer
   * comes by `send`. Ids must be unique among the open requests of one session; a front that carries several clients in
   * one session, as the stateless revision permits over HTTP, renames them.
   */
  deliver(message: Message): void;
  /** Resolves when no request of the client is open: what a front waits for after the end of the input. */
  settled(): Promise<void>;
  /** The client is gone: its calls are given up, its containers end. Resolves when they are gone; may be called again. */
  close(): Promise<void>;
}

/** All servers that one process serves. Made by `createHub` (hub.ts). */
export interface Hub {
  open(client: ClientConnection): ClientSession;
  /** Each server for each session, asleep or not. */
  status(): readonly ServerStatus[];
  /** For `ps`: each server as often as a session has it awake, and once where none has. */
  overview(): readonly ServerStatus[];
  /** Puts a server of one session to sleep, whatever is open; resolves when its container is gone. */
  sleep(server: string, session: string): Promise<void>;
  /** Ends every session, `input-ended` if it is not said; resolves when every container is gone, or the engine is. */
  close(urgency?: StopUrgency): Promise<void>;
}

export interface ServerStatus {
  readonly server: string;
  /** Undefined where it is asleep for all of them. */
  readonly session: string | undefined;
  readonly state: 'asleep' | 'starting' | 'working' | 'idle' | 'stopping';
  /** Since when it is in this state, milliseconds since 1970. */
  readonly sinceMs: number;
  /** Tool calls that were sent to it so far. */
  readonly calls: number;
}
