import { isJsonObject, objectOf, type JsonObject } from '../lib/json-value.ts';
import { failure, errorCode, Part, type Id, type Notification, type Request } from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { metaKey } from './protocol.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionServer } from './session-server.ts';

interface Listener {
  readonly id: Id;
  readonly filter: JsonObject;
  /** Of the resources that it listens to: as the client calls them, and whose each is. */
  readonly resources: ReadonlyMap<string, { readonly server: SessionServer; readonly uri: string }>;
}

const flags: Readonly<Record<string, string>> = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
};

/** `subscriptions/listen` of the stateless revision: a request that is open for as long as the client wants to hear. */
export class Listeners {
  readonly #session: SessionContext;
  readonly #open = new Map<Id, Listener>();

  constructor(session: SessionContext) {
    this.#session = session;
  }

  has(id: Id): boolean {
    return this.#open.has(id);
  }

  open({ id, params }: Request): void {
    const filter = memberOf(params, 'notifications');
    if (!isJsonObject(filter)) {
      const message = 'subscriptions/listen: expected params.notifications';
      return void this.#session.answer(failure(id, errorCode.invalidParams, message), id);
    }
    const listener: Listener = { id, filter, resources: this.#resources(filter) };
    this.#open.set(id, listener);
    const honored = {
      ...Object.fromEntries(
        Object.values(flags).flatMap((flag) => (filter[flag] === true ? [[flag, true]] : [])),
      ),
      ...(listener.resources.size > 0 ? { resourceSubscriptions: [...listener.resources.keys()] } : {}),
    };
    this.#send(listener, {
      kind: 'notification',
      method: 'notifications/subscriptions/acknowledged',
      params: Part.ofValue({ notifications: honored }),
    });
    for (const { server, uri } of listener.resources.values()) server.subscribe(uri);
  }

  /** False if it is none of these. */
  close(id: Id): boolean {
    const listener = this.#open.get(id);
    if (listener === undefined) return false;
    this.#open.delete(id);
    for (const { server, uri } of listener.resources.values())
      if (!this.#isHeard(server, uri)) server.unsubscribe(uri);
    return true;
  }

  /** As the protocol wants it of a server that ends them itself: with a result. */
  closeAll(): void {
    for (const { id } of this.#open.values()) {
      const result = Part.ofValue({ resultType: 'complete', _meta: { [metaKey.subscriptionId]: id } });
      void this.#session.answer({ kind: 'result', id, result }, id);
    }
    this.#open.clear();
  }

  listChanged(kind: string, message: Notification): void {
    for (const listener of this.#open.values())
      if (listener.filter[flags[kind] ?? ''] === true) this.#send(listener, message);
  }

  /** `uri` as the client calls it. */
  updated(uri: string, message: Notification): void {
    for (const listener of this.#open.values())
      if (listener.resources.has(uri)) this.#send(listener, message);
  }

  #resources(filter: JsonObject): Listener['resources'] {
    const wanted = filter['resourceSubscriptions'];
    const uris = Array.isArray(wanted) ? wanted.filter((uri) => typeof uri === 'string') : [];
    return new Map(
      uris.flatMap((shown: string) => {
        const origin = this.#session.view.uris.origin(shown);
        const server = origin === undefined ? undefined : this.#session.servers.get(origin.server);
        if (origin === undefined || server === undefined) return [];
        return [[shown, { server, uri: origin.uri }] as const];
      }),
    );
  }

  #isHeard(server: SessionServer, uri: string): boolean {
    return [...this.#open.values()].some(({ resources }) =>
      [...resources.values()].some((one) => one.server === server && one.uri === uri),
    );
  }

  #send(listener: Listener, message: Notification): void {
    const meta = objectOf(memberOf(message.params, '_meta'));
    const params = withMembers(message.params, {
      _meta: { ...meta, [metaKey.subscriptionId]: listener.id },
    });
    void this.#session.connection.send({ ...message, params }, { about: listener.id });
  }
}
