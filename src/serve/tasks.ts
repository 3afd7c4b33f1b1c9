import { isJsonObject, type JsonValue } from '../lib/json-value.ts';
import type { SessionServer } from './session-server.ts';

const over: ReadonlySet<JsonValue | undefined> = new Set(['completed', 'failed', 'cancelled']);
/** More are not kept of one session; the oldest is forgotten. */
const maxTasks = 10_000;

/** Milliseconds; setTimeout takes no more. */
const maxTtlMs = 2 ** 31 - 1;

interface Task {
  readonly server: SessionServer;
  readonly release: () => void;
  /** When its server may have forgotten it: one, however often it is asked for. */
  forgotten: { readonly ttlMs: number; readonly timer: NodeJS.Timeout } | undefined;
}

/** Tasks (revision 2025-11-25) of a session: whose each is, and that its server stays awake until it is over. */
export class Tasks {
  readonly #servers = new Map<string, Task>();

  /** Whatever a server says of a task: `{taskId, status}`. */
  seen(server: SessionServer, task: JsonValue | undefined): void {
    if (!isJsonObject(task)) return;
    const { taskId, status, ttl } = task;
    if (typeof taskId !== 'string') return;
    const known = this.#servers.get(taskId) ?? this.#add(taskId, server);
    if (over.has(status)) release(known);
    else if (typeof ttl === 'number') forgottenAfter(known, ttl);
  }

  /** Its result was given, or it was said to be over: its server need not stay awake for it. */
  over(taskId: JsonValue | undefined): void {
    const task = typeof taskId === 'string' ? this.#servers.get(taskId) : undefined;
    if (task !== undefined) release(task);
  }

  serverOf(taskId: JsonValue | undefined): SessionServer | undefined {
    return typeof taskId === 'string' ? this.#servers.get(taskId)?.server : undefined;
  }

  /** With the server all its tasks are gone. */
  forget(server: SessionServer): void {
    for (const [id, task] of this.#servers) {
      if (task.server !== server) continue;
      release(task);
      this.#servers.delete(id);
    }
  }

  #add(taskId: string, server: SessionServer): Task {
    const added: Task = { server, release: server.runner.hold(), forgotten: undefined };
    this.#servers.set(taskId, added);
    const [oldest] = this.#servers;
    if (this.#servers.size > maxTasks && oldest !== undefined) {
      release(oldest[1]);
      this.#servers.delete(oldest[0]);
    }
    return added;
  }
}

function release(task: Task): void {
  clearTimeout(task.forgotten?.timer);
  task.release();
}

/** A server may forget a task by then, whatever its state. It counts from its beginning, so from when it was first said. */
function forgottenAfter(task: Task, ttlMs: number): void {
  if (task.forgotten?.ttlMs === ttlMs) return;
  clearTimeout(task.forgotten?.timer);
  const timer = setTimeout(() => task.release(), Math.min(Math.max(ttlMs, 0), maxTtlMs));
  task.forgotten = { ttlMs, timer: timer.unref() };
}
