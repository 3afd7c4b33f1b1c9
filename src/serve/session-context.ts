import type { ClientRequests } from './client-requests.ts';
import type { ClientConnection } from './front.ts';
import type { Id, Message } from './message.ts';
import type { OnCall, Policy } from './policy.ts';
import type { ClientFacts } from './protocol.ts';
import type { SessionServer } from './session-server.ts';
import type { Tasks } from './tasks.ts';
import type { View } from './view.ts';

/** What the parts of one session share. */
export interface SessionContext {
  readonly id: string;
  readonly connection: ClientConnection;
  readonly policy: Policy;
  readonly onCall: OnCall | undefined;
  readonly servers: ReadonlyMap<string, SessionServer>;
  readonly clientRequests: ClientRequests;
  readonly tasks: Tasks;
  /** `legacy` until the first message has said it. */
  readonly kind: 'legacy' | 'modern';
  readonly client: ClientFacts;
  readonly clientName: string;
  readonly logLevel: string | undefined;
  /** What the client is shown now. */
  readonly view: View;
  /** An answer to the client's request `id`. */
  answer(message: Message, id: Id): void | Promise<void>;
}
