import { isJsonObject, type JsonValue } from '../lib/json-value.ts';
import type { SessionServer } from './session-server.ts';

const over: ReadonlySet<JsonValue | undefined> = new Set(['completed', 'failed', 'cancelled']);
/** More are not kept of one session; the oldest is forgotten. */
const maxTasks = 10_000;

/** Tasks (revision 2025-11-25) of a session: whose each is, and that its server stays awake until it is over. */
export class Tasks {
  readonly #servers = new Map<string, { readonly server: SessionServer; readonly release: () => void }>();

  /** Whatever a server says of a task: `{taskId, status}`. */
  seen(server: SessionServer, task: JsonValue | undefined): void {
    if (!isJsonObject(task)) return;
    const { taskId, status } = task;
    if (typeof taskId !== 'string') return;
    const known = this.#servers.get(taskId);
    if (known === undefined) this.#add(taskId, server, over.has(status));
    else if (over.has(status)) known.release();
  }

  serverOf(taskId: JsonValue | undefined): SessionServer | undefined {
    return typeof taskId === 'string' ? this.#servers.get(taskId)?.server : undefined;
  }

  /** With the server all its tasks are gone. */
  forget(server: SessionServer): void {
    for (const [id, task] of this.#servers) {
      if (task.server !== server) continue;
      task.release();
      this.#servers.delete(id);
    }
  }

  #add(taskId: string, server: SessionServer, isOver: boolean): void {
    this.#servers.set(taskId, { server, release: isOver ? () => undefined : server.runner.hold() });
    const [oldest] = this.#servers.keys();
    if (this.#servers.size <= maxTasks || oldest === undefined) return;
    this.#servers.get(oldest)?.release();
    this.#servers.delete(oldest);
  }
}
