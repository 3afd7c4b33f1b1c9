import { handshake, type HandshakeResult } from '../mcp/handshake.ts';
import { modernOffer } from '../mcp/modern.ts';
import type { Offer } from '../mcp/offer.ts';
import type { Filled } from './observation.ts';
import { startBeside, type ObserveRequest } from './observe.ts';
import { offersTheSame, recordSurface, type Recorded } from './record-surface.ts';

/** What it offers in the modern revision; undefined if it does not speak it. */
export async function observeModern(request: ObserveRequest): Promise<Offer | undefined> {
  return startBeside(request, ({ attachment }) =>
    modernOffer(attachment, Math.min(request.deadlineMs, 10_000)),
  );
}

/** What the starts so far have shown, and one more where none of them says whether the first was like any other. */
export async function observeSurface(
  request: ObserveRequest,
  seen: {
    readonly first: HandshakeResult;
    readonly filled: Filled | undefined;
    readonly modern: Offer | undefined;
  },
): Promise<Recorded | undefined> {
  const {
    first: { offer: first },
    modern,
  } = seen;
  if (first === undefined) return undefined;
  const { offer, settings = [] } = seen.filled ?? {};
  const filled = offer === undefined ? undefined : { settings, offer };
  const again = offer !== undefined && offersTheSame(first, offer) ? offer : await observeAgain(request);
  return recordSurface({ first, again, filled, modern });
}

/** In one more start with the same settings; undefined if that failed: the first is all that there is, then. */
async function observeAgain(request: ObserveRequest): Promise<Offer | undefined> {
  const { deadlineMs, signal } = request;
  const beforeClose = (): Promise<void> => Promise.resolve();
  try {
    return await startBeside(
      request,
      async ({ attachment }) =>
        (await handshake(attachment, { deadlineMs, lists: 'all', beforeClose })).offer,
    );
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
