import { objectOf, type JsonObject } from '../lib/json-value.ts';
import { errorCode, failure, Part, type Failure, type Id, type Request } from './message.ts';
import { memberOf } from './part-members.ts';
import { answeredRevision, metaKey, modernRevision, type ClientFacts } from './protocol.ts';
import type { View } from './view.ts';

/** What mcpcat says of itself and its servers. */
export interface Greeting {
  readonly view: View;
  /** What every server offers is known; of one that is not, everything may come. */
  readonly isKnown: boolean;
  readonly version: string;
}

export type Said =
  | { readonly kind: 'refused'; readonly answer: Failure }
  | { readonly kind: 'modern'; readonly client: ClientFacts }
  /** Nothing new: it belongs to the session as it is, or begins one itself. */
  | { readonly kind: 'nothing' };

/** What a request says of the revision that its client speaks. `known` is what was said before. */
export function saidBy(request: Request, known: 'legacy' | 'modern' | undefined): Said {
  const { id, method, params } = request;
  const meta = objectOf(memberOf(params, '_meta'));
  const version = meta[metaKey.version];
  if (typeof version === 'string' && known !== 'legacy') {
    if (version !== modernRevision) return { kind: 'refused', answer: unsupported(id, version) };
    return {
      kind: 'modern',
      client: {
        info: objectOf(meta[metaKey.clientInfo]),
        capabilities: objectOf(meta[metaKey.clientCapabilities]),
      },
    };
  }
  if (known !== undefined || method === 'initialize' || method === 'ping') return { kind: 'nothing' };
  const answer =
    method === 'server/discover'
      ? failure(id, errorCode.methodNotFound, `server/discover: expected _meta with ${metaKey.version}`)
      : failure(id, errorCode.invalidRequest, `${method} came before initialize`);
  return { kind: 'refused', answer };
}

export function initializeResult({ params }: Request, greeting: Greeting): JsonObject {
  return {
    protocolVersion: answeredRevision(memberOf(params, 'protocolVersion')),
    capabilities: capabilitiesOf(greeting),
    serverInfo: infoOf(greeting),
    ...instructionsOf(greeting),
  };
}

export function discoverResult(greeting: Greeting): JsonObject {
  return {
    supportedVersions: [modernRevision],
    capabilities: capabilitiesOf(greeting),
    _meta: { [metaKey.serverInfo]: infoOf(greeting) },
    ...instructionsOf(greeting),
  };
}

function infoOf({ version }: Greeting): JsonObject {
  return { name: 'mcpcat', version };
}

function instructionsOf({ view }: Greeting): JsonObject {
  return view.instructions === undefined ? {} : { instructions: view.instructions };
}

function capabilitiesOf({ view, isKnown }: Greeting): JsonObject {
  if (isKnown) return view.capabilities;
  const change = { listChanged: true };
  return {
    ...view.capabilities,
    ...{ tools: change, prompts: change, resources: { subscribe: true, ...change } },
    ...{ logging: {}, completions: {} },
  };
}

function unsupported(id: Id, requested: string): Failure {
  const data = { supported: [modernRevision], requested };
  const message = `the revision ${requested} is not served`;
  return { kind: 'failure', id, error: Part.ofValue({ code: errorCode.unsupportedRevision, message, data }) };
}
