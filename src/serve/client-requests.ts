import type { ClientConnection } from './front.ts';
import { errorCode, failure, Part, type Id, type Request, type Response } from './message.ts';

interface Open {
  readonly server: string;
  /** The server's own id of it. */
  readonly serverId: Id;
  readonly answer: (response: Response) => void;
}

/** Requests of servers to the one client of a session, under ids of the session's own. */
export class ClientRequests {
  readonly #connection: ClientConnection;
  readonly #open = new Map<Id, Open>();
  #last = 0;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }

  /** `answer` is called once, with the server's id; `about` is the client's request that caused it. */
  ask(
    {
      server,
      request,
      about,
    }: { readonly server: string; readonly request: Request; readonly about: Id | undefined },
    answer: (response: Response) => void,
  ): void {
    this.#last += 1;
    const id = this.#last;
    this.#open.set(id, {
      server,
      serverId: request.id,
      answer: (response) => answer({ ...response, id: request.id }),
    });
    void this.#connection.send({ ...request, id }, { about });
  }

  /** False for an answer to nothing that was asked. */
  take(response: Response): boolean {
    if (response.id === null) return false;
    const open = this.#open.get(response.id);
    this.#open.delete(response.id);
    open?.answer(response);
    return open !== undefined;
  }

  /** The server does not want the answer any more, or to one of its requests; undefined for all of them. */
  cancel(server: string, serverId: Id | undefined, reason: string): void {
    for (const [id, open] of this.#open) {
      if (open.server !== server || (serverId !== undefined && open.serverId !== serverId)) continue;
      this.#open.delete(id);
      open.answer(failure(open.serverId, errorCode.internal, reason));
      const params = Part.ofValue({ requestId: id, reason });
      void this.#connection.send(
        { kind: 'notification', method: 'notifications/cancelled', params },
        { about: undefined },
      );
    }
  }
}
