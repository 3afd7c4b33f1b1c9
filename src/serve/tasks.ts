import { isJsonObject, type JsonValue } from '../lib/json-value.ts';
import type { SessionServer } from './session-server.ts';

const over: ReadonlySet<JsonValue | undefined> = new Set(['completed', 'failed', 'cancelled']);
/** More are not kept of one session; the oldest is forgotten. */
const maxTasks = 10_000;

/** Milliseconds; setTimeout takes no more. */
const maxTtlMs = 2 ** 31 - 1;

/** Tasks (revision 2025-11-25) of a session: whose each is, and that its server stays awake until it is over. */
export class Tasks {
  readonly #servers = new Map<string, { readonly server: SessionServer; readonly release: () => void }>();

  /** Whatever a server says of a task: `{taskId, status}`. */
  seen(server: SessionServer, task: JsonValue | undefined): void {
    if (!isJsonObject(task)) return;
    const { taskId, status, ttl } = task;
    if (typeof taskId !== 'string') return;
    if (!this.#servers.has(taskId)) this.#add(taskId, server);
    if (over.has(status)) this.over(taskId);
    else if (typeof ttl === 'number') this.#forgottenAfter(taskId, ttl);
  }

  /** Its result was given, or it was said to be over: its server need not stay awake for it. */
  over(taskId: JsonValue | undefined): void {
    if (typeof taskId === 'string') this.#servers.get(taskId)?.release();
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

  /** A server may forget a task by then, whatever its state. */
  #forgottenAfter(taskId: string, ttlMs: number): void {
    setTimeout(() => this.over(taskId), Math.min(Math.max(ttlMs, 0), maxTtlMs)).unref();
  }

  #add(taskId: string, server: SessionServer): void {
    this.#servers.set(taskId, { server, release: server.runner.hold() });
    const [oldest] = this.#servers.keys();
    if (this.#servers.size <= maxTasks || oldest === undefined) return;
    this.#servers.get(oldest)?.release();
    this.#servers.delete(oldest);
  }
}
