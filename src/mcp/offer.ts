import { isJsonObject, objectOf, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import type { LineTransport } from './line-transport.ts';

/** What a server answered about itself in one protocol revision, every member as it sent it. */
export interface Offer extends Readonly<Record<OfferedList, readonly JsonObject[]>> {
  readonly protocolVersion: string;
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
  /** Lists that it has the capability for and did not give, with what happened instead. */
  readonly failed: readonly FailedList[];
  /** An answer was deeper than `maxOfferDepth`, or all together had more than `maxOfferBytes`: it is not complete. */
  readonly isTooLarge: boolean;
}

export type OfferedList = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

export interface FailedList {
  readonly list: OfferedList;
  readonly reason: string;
}

/** Of all answers together. */
const maxOfferBytes = 16 << 20;
/** Levels of its JSON. Whoever walks through it does so by calling itself. */
const maxOfferDepth = 100;

const listOf: Readonly<Record<string, OfferedList>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};
const greetings: readonly string[] = ['initialize', 'server/discover'];
/** Where the stateless revision has it. */
const serverInfoKey = 'io.modelcontextprotocol/serverInfo';

/**
 * Keeps the answers to what is listed as they come over a transport: the SDKs leave out members that they do not know,
 * and a client has to be shown all of them.
 */
export class OfferRecorder {
  #bytes = 0;
  #isTooLarge = false;
  #greeting: JsonObject | undefined;
  readonly #lists: Record<OfferedList, JsonObject[]> = {
    tools: [],
    prompts: [],
    resources: [],
    resourceTemplates: [],
  };
  readonly #transport: Pick<LineTransport<object>, 'onresult'>;

  constructor(transport: Pick<LineTransport<object>, 'onresult'>) {
    this.#transport = transport;
    transport.onresult = (method, result, bytes) => this.#take(method, { result, bytes });
  }

  #take(method: string, { result, bytes }: { readonly result: JsonObject; readonly bytes: number }): void {
    const list = listOf[method];
    if (list === undefined && !greetings.includes(method)) return;
    this.#bytes += bytes;
    this.#isTooLarge ||= this.#bytes > maxOfferBytes || isDeeper(result, maxOfferDepth);
    if (this.#isTooLarge) return;
    if (list === undefined) this.#greeting = result;
    else this.#lists[list].push(...objectsOf(result[list]));
  }

  /** Everything until now; nothing is recorded afterwards. Undefined if it has not greeted. */
  finish(protocolVersion: string, failed: readonly FailedList[]): Offer | undefined {
    delete this.#transport.onresult;
    const greeting = this.#greeting;
    if (greeting === undefined && !this.#isTooLarge) return undefined;
    const { instructions, serverInfo, capabilities, _meta } = greeting ?? {};
    return {
      protocolVersion,
      serverInfo: objectOf(serverInfo ?? objectOf(_meta)[serverInfoKey]),
      capabilities: objectOf(capabilities),
      instructions: typeof instructions === 'string' ? instructions : undefined,
      ...this.#lists,
      failed,
      isTooLarge: this.#isTooLarge,
    };
  }
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: JsonValue) => isJsonObject(item)) : [];
}

/** Level by level, not by calling itself. */
function isDeeper(value: JsonValue, levels: number): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values<JsonValue>(item) : [],
    );
  }
  return false;
}
