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
  { startedFor, timeoutMs }: { readonly startedFor: StartedFor; readonly timeoutMs: number },
): Promise<RevisionSurface> {
  const abort = new AbortController();
  const state: { peer?: Peer; upstream?: Upstream } = {};
  const late = setTimeout(() => {
    abort.abort();
    state.peer?.failAll(failure(null, errorCode.internal, `no answer within ${String(timeoutMs / 1000)} s`));
  }, timeoutMs);
  try {
    const upstream = await open(
      { message: (message) => state.peer?.take(message), tooLarge: () => undefined },
      { startedFor, signal: abort.signal },
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
    clearTimeout(late);
    state.upstream?.stop();
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
