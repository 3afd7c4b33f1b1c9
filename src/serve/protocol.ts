import { McpcatError } from '../lib/errors.ts';
import { objectOf, type JsonObject } from '../lib/json-value.ts';
import { notification, Part, type Response } from './message.ts';
import type { Peer } from './peer.ts';

/** What a client says of itself, in either protocol revision. */
export interface ClientFacts {
  readonly info: JsonObject;
  readonly capabilities: JsonObject;
}

export const modernRevision = '2026-07-28';
/** Of those with `initialize`, newest first. */
export const legacyRevisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/** Of those with `initialize` the one that a client wants, else the newest. */
export function answeredRevision(wanted: unknown): string {
  return legacyRevisions.find((one) => one === wanted) ?? legacyRevisions[0];
}

/** `2026-07-28` and later have no handshake: what is asked carries its revision. */
export function isModern(revision: string): boolean {
  return revision >= modernRevision;
}

export const metaKey = {
  version: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const;

/** What a running server has said of itself. */
export interface Opened {
  readonly protocolVersion: string;
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
}

/** The first words with a server, in the one protocol revision that it belongs to from then on. Throws `server-failed`. */
export async function openProtocol(peer: Peer, { revision, client }: Opening): Promise<Opened> {
  return isModern(revision) ? discover(peer, { revision, client }) : initialize(peer, { revision, client });
}

/** How a server is spoken to, and on whose behalf. */
export interface Opening {
  readonly revision: string;
  readonly client: ClientFacts;
}

async function initialize(peer: Peer, { revision, client }: Opening): Promise<Opened> {
  const params = { protocolVersion: revision, capabilities: client.capabilities, clientInfo: client.info };
  const answer = accepted(await peer.answerTo('initialize', Part.ofValue(params)), 'initialize');
  peer.send(notification('notifications/initialized'));
  const { protocolVersion } = answer;
  return openedOf(answer, typeof protocolVersion === 'string' ? protocolVersion : revision);
}

async function discover(peer: Peer, { revision, client }: Opening): Promise<Opened> {
  const params = { _meta: modernMeta(revision, client) };
  const answer = accepted(await peer.answerTo('server/discover', Part.ofValue(params)), 'server/discover');
  return openedOf(answer, revision);
}

/** What a request of the stateless revision has to carry. */
export function modernMeta(revision: string, { info, capabilities }: ClientFacts): JsonObject {
  return {
    [metaKey.version]: revision,
    [metaKey.clientInfo]: info,
    [metaKey.clientCapabilities]: capabilities,
  };
}

function openedOf(answer: JsonObject, protocolVersion: string): Opened {
  const { serverInfo, capabilities, instructions } = answer;
  return {
    protocolVersion,
    serverInfo: objectOf(serverInfo ?? objectOf(answer['_meta'])[metaKey.serverInfo]),
    capabilities: objectOf(capabilities),
    instructions: typeof instructions === 'string' ? instructions : undefined,
  };
}

/** The result, or `server-failed` with the server's own words. */
export function accepted(answer: Response, method: string): JsonObject {
  if (answer.kind === 'result') return answer.result.object;
  throw new McpcatError('server-failed', `${method}: ${errorText(answer.error)}`);
}

export function errorText(error: Part): string {
  const { message } = error.object;
  return typeof message === 'string' ? message : error.bytes.toString('utf8').slice(0, 200);
}
