import { objectOf, type JsonObject, type JsonValue } from '../../src/lib/json-value.ts';
import type { ClientSession, Hub, Relation } from '../../src/serve/front.ts';
import {
  Part,
  type Id,
  type Message,
  type Notification,
  type Request,
  type Response,
} from '../../src/serve/message.ts';

const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {} },
};

/** A client whose every message is the test's; everything that comes is kept. */
export class ScriptedClient {
  readonly session: ClientSession;
  readonly received: { readonly message: Message; readonly about: Relation['about'] }[] = [];
  readonly #waiting = new Map<Id, (response: Response) => void>();
  #lastId = 0;

  constructor(hub: Hub) {
    this.session = hub.open({
      transport: 'stdio',
      name: 'scripted',
      send: (message, { about }) => {
        this.received.push({ message, about });
        if (message.kind !== 'result' && message.kind !== 'failure') return;
        if (message.id !== null) this.#waiting.get(message.id)?.(message);
      },
    });
  }

  async initialize(capabilities: JsonObject = {}, protocolVersion = '2025-11-25'): Promise<JsonObject> {
    const clientInfo = { name: 'test', version: '1' };
    const answer = await this.ask('initialize', { protocolVersion, capabilities, clientInfo });
    this.notify('notifications/initialized');
    return answer;
  }

  /** The result, or throws what the error says. */
  async ask(method: string, params?: JsonObject): Promise<JsonObject> {
    const response = await this.request(method, params);
    if (response.kind === 'result') return response.result.object;
    throw new Error(JSON.stringify(response.error.value));
  }

  async modern(method: string, params: JsonObject = {}): Promise<JsonObject> {
    return this.ask(method, { ...params, _meta: { ...objectOf(params['_meta']), ...modernMeta } });
  }

  async request(method: string, params?: JsonObject, id: Id = ++this.#lastId): Promise<Response> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const part = params === undefined ? undefined : Part.ofValue(params);
      this.session.deliver({ kind: 'request', id, method, params: part });
    });
  }

  notify(method: string, params?: JsonObject): void {
    const part = params === undefined ? undefined : Part.ofValue(params);
    this.session.deliver({ kind: 'notification', method, params: part });
  }

  answer(id: Id, value: JsonValue): void {
    this.session.deliver({ kind: 'result', id, result: Part.ofValue(value) });
  }

  notifications(method: string): readonly Notification[] {
    return this.received.flatMap(({ message }) =>
      message.kind === 'notification' && message.method === method ? [message] : [],
    );
  }

  /** What servers have asked of it. */
  get requests(): readonly Request[] {
    return this.received.flatMap(({ message }) => (message.kind === 'request' ? [message] : []));
  }
}

/** Everything that waits for nothing but promises has happened. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
