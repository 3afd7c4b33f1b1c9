import { objectOf, type JsonObject } from '../lib/json-value.ts';
import { Part } from './message.ts';
import type { Peer } from './peer.ts';
import { modernMeta, type ClientFacts, type Opened } from './protocol.ts';

/** Of a capability with `listChanged`, the member of the filter that asks for it. */
const flags = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
} as const;

/** A running server of the stateless revision. */
interface Heard {
  readonly peer: Peer;
  readonly opened: Opened;
  readonly client: ClientFacts;
}

/**
 * `subscriptions/listen` towards a server of the stateless revision, which says nothing of changes unless it is listened
 * to: its lists, and the resources that the session has subscribed to. One request is open for as long as it runs.
 */
export class ServerListening {
  #open: { readonly peer: Peer; readonly id: number } | undefined;

  /** Instead of what was listened to before. Nothing is asked of a server that would have nothing to say. */
  listen({ peer, opened, client }: Heard, uris: readonly string[]): void {
    const before = this.#open;
    const notifications = filterOf(opened.capabilities, uris);
    this.#open = undefined;
    if (Object.keys(notifications).length > 0) {
      const params = Part.ofValue({ notifications, _meta: modernMeta(opened.protocolVersion, client) });
      const id = peer.ask('subscriptions/listen', params, () => undefined);
      if (id !== undefined) this.#open = { peer, id };
    }
    // Only now: what changes in between is said twice rather than never. Of an earlier life nothing is open.
    if (before?.peer === peer) peer.cancel(before.id, Part.ofValue({ requestId: before.id }));
  }
}

function filterOf(capabilities: JsonObject, uris: readonly string[]): JsonObject {
  const lists = Object.entries(flags).filter(
    ([name]) => objectOf(capabilities[name])['listChanged'] === true,
  );
  return {
    ...Object.fromEntries(lists.map(([, flag]) => [flag, true])),
    ...(uris.length === 0 ? {} : { resourceSubscriptions: uris }),
  };
}
