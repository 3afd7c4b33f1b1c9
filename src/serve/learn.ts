import type { RevisionSurface } from '../surface/surface.ts';
import { errorCode, failure, Part, type Request } from './message.ts';
import { listEverything } from './list-all.ts';
import { Peer } from './peer.ts';
import { legacyRevisions, openProtocol, type ClientFacts } from './protocol.ts';
import type { OpenUpstream, StartedFor, Upstream } from './upstream.ts';

/** Some servers offer more to a client that can do more: the surface has everything. */
const ableClient: ClientFacts = {
  info: { name: 'mcpcat', version: '1' },
  capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } },
};

/** Starts a server that nobody has recorded once, without any client, and lists what it offers. */
export async function learnSurface(
  open: OpenUpstream,
  {
    startedFor,
    timeoutMs,
    signal,
  }: { readonly startedFor: StartedFor; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<RevisionSurface> {
  const state: { peer?: Peer; upstream?: Upstream } = {};
  const late = AbortSignal.timeout(timeoutMs);
  const given = AbortSignal.any([signal, late]);
  given.addEventListener('abort', () => {
    const why = late.aborted
      ? `no answer within ${String(timeoutMs / 1000)} s`
      : 'nobody waits for it any more';
    state.peer?.failAll(failure(null, errorCode.internal, why));
  });
  try {
    const upstream = await open(
      { message: (message) => state.peer?.take(message), tooLarge: () => undefined },
      { startedFor, signal: given, revision: legacyRevisions[0] },
    );
    state.upstream = upstream;
    const peer = new Peer(upstream, {
      request: (request) => peer.send(answerOf(request)),
      notification: () => undefined,
    });
    state.peer = peer;
    void upstream.ended.then((cause) =>
      peer.failAll(failure(null, errorCode.internal, `it has ended: ${cause}`)),
    );
    const opened = await openProtocol(peer, { revision: legacyRevisions[0], client: ableClient });
    return await listEverything({ peer, opened, client: ableClient });
  } finally {
    state.upstream?.stop('terminate');
    await state.upstream?.close();
  }
}

function answerOf({
  id,
  method,
}: Request): ReturnType<typeof failure> | { kind: 'result'; id: typeof id; result: Part } {
  if (method === 'ping') return { kind: 'result', id, result: Part.ofValue({}) };
  if (method === 'roots/list') return { kind: 'result', id, result: Part.ofValue({ roots: [] }) };
  return failure(id, errorCode.methodNotFound, 'nobody is there to answer this');
}
