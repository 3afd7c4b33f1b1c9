import { isJsonObject, objectOf, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { Pending } from '../lib/pending.ts';
import type { ClientConnection, ClientSession, Hub } from './front.ts';
import { result, type Id, type Message, type Part, type Request } from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { metaKey } from './protocol.ts';

/** Asked at each call: what a person has done since counts. One text for each thing that is missing. */
export type MissingNow = () => Promise<readonly string[]>;

const usualName = 'mcpcat_status';
const description =
  'Says which servers behind this endpoint can not be used yet, and what the user has to do about it. Call it when a tool that you expect is missing, or fails because its server was not started.';
const instruction = (name: string): string =>
  `Some servers behind this endpoint can not be used yet: ${name} says which, and what is missing.`;

/**
 * The same hub with one tool more, which says what its servers lack: no client shows its user what a server prints, so
 * a model has to be able to tell. Made only where something is missing when `serve` begins.
 */
export function statusHub(hub: Hub, missing: MissingNow): Hub {
  return { ...hub, open: (client) => statusSession(hub, client, missing) };
}

function statusSession(hub: Hub, client: ClientConnection, missing: MissingNow): ClientSession {
  const added = new AddedTool();
  const open = new Pending();
  const session = hub.open({
    ...client,
    send: (message, relation) => client.send(added.shown(message), relation),
  });
  const answer = async (request: Request): Promise<void> => {
    const text = statusText(await missing());
    const complete = isStateless(request) ? { resultType: 'complete' } : {};
    await client.send(result(request.id, { content: [{ type: 'text', text }], ...complete }), {
      about: request.id,
    });
  };
  return {
    id: session.id,
    settled: async () => {
      await open.settled();
      await session.settled();
    },
    close: async () => session.close(),
    deliver(message) {
      if (message.kind !== 'request' || !added.isMeant(message))
        return session.deliver(added.fromClient(message));
      open.add(answer(message));
    },
  };
}

function statusText(missing: readonly string[]): string {
  if (missing.length > 0) return missing.map((text) => `- ${text}`).join('\n');
  return 'Nothing is missing any more. A server that was not served at all needs a new start of mcpcat serve.';
}

function isStateless({ params }: Request): boolean {
  return metaKey.version in objectOf(memberOf(params, '_meta'));
}

const changed: ReadonlySet<string> = new Set(['initialize', 'server/discover', 'tools/list']);

/** The tool in what one client is told. */
class AddedTool {
  /** Requests of the client whose answers are changed. */
  readonly #asked = new Map<Id, string>();
  #name = usualName;
  #isGreeted = false;

  /** A call before `initialize` is refused like every other. */
  isMeant(request: Request): boolean {
    if (request.method !== 'tools/call' || memberOf(request.params, 'name') !== this.#name) return false;
    return this.#isGreeted || isStateless(request);
  }

  fromClient(message: Message): Message {
    if (message.kind !== 'request') return message;
    if (message.method === 'initialize') this.#isGreeted = true;
    if (changed.has(message.method)) this.#asked.set(message.id, message.method);
    return message;
  }

  shown(message: Message): Message {
    if ((message.kind !== 'result' && message.kind !== 'failure') || message.id === null) return message;
    const method = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (method === undefined || message.kind === 'failure') return message;
    return {
      ...message,
      result: method === 'tools/list' ? this.#listed(message.result) : this.#greeting(message.result),
    };
  }

  #listed(list: Part): Part {
    const tools = memberOf(list, 'tools');
    const others: readonly JsonValue[] = Array.isArray(tools) ? tools : [];
    const taken = new Set(others.map((tool) => objectOf(tool)['name']));
    // Of a server that calls a tool so, the tool stays what it is.
    let number = 1;
    this.#name = usualName;
    while (taken.has(this.#name)) this.#name = `${usualName}_${String((number += 1))}`;
    const own = {
      name: this.#name,
      title: 'What is missing',
      description,
      inputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true },
    };
    return withMembers(list, { tools: [...others, own] });
  }

  #greeting(greeting: Part): Part {
    const capabilities: JsonObject = objectOf(memberOf(greeting, 'capabilities'));
    const said = memberOf(greeting, 'instructions');
    const own = instruction(this.#name);
    return withMembers(greeting, {
      capabilities: { ...capabilities, ...(isJsonObject(capabilities['tools']) ? {} : { tools: {} }) },
      instructions: typeof said === 'string' ? `${said}\n\n${own}` : own,
    });
  }
}
