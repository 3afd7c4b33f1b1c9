import type { Id, Request } from './message.ts';
import type { CallFacts } from './policy.ts';
import type { Asked } from './server-runner.ts';
import type { SessionServer } from './session-server.ts';

/** A request of the client that a server is asked, until it is answered. */
export interface OpenRequest {
  /** Under which it is answered: another one where the client has asked again with what the server wanted to know. */
  id: Id;
  readonly request: Request;
  readonly server: SessionServer;
  readonly progressToken: Id | undefined;
  /** Of `tools/call`. */
  readonly call: CallFacts | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly since: number;
  asked?: Asked;
  timer?: NodeJS.Timeout;
  starting?: NodeJS.Timeout;
  /** How often the client was told that the server is being started. */
  told: number;
}
