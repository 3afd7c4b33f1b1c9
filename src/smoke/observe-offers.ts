import { handshake, type HandshakeResult } from '../mcp/handshake.ts';
import { modernOffer } from '../mcp/modern.ts';
import type { Offer } from '../mcp/offer.ts';
import type { Filled } from './observation.ts';
import { startBeside, type ObserveRequest } from './observe.ts';
import { offersTheSame, recordSurface, type Recorded } from './record-surface.ts';

/** What it offers in the modern revision; undefined if it does not speak it. */
export async function observeModern(
  request: ObserveRequest,
  initializeMs: number | undefined,
): Promise<Offer | undefined> {
  return startBeside(request, ({ attachment }) => modernOffer(attachment, silenceMs(initializeMs)));
}

/**
 * Milliseconds after which a server that says nothing does not speak a revision: many never answer what they do not
 * know. A machine that was slow with `initialize` is slow here as well, with other starts of the test beside this one.
 */
export function silenceMs(initializeMs = 0): number {
  return Math.min(Math.max(10_000, 6 * initializeMs), 60_000);
}

/**
 * What the starts so far have shown, and one more as a client that can be asked back. Where none of them says whether
 * the first start was like any other, there is another one like it.
 */
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
  const able = await observeAs('able', request);
  const same = [offer, able].find((one) => one !== undefined && offersTheSame(first, one));
  const again = same ?? (await observeAs('plain', request));
  return recordSurface({ first, again, filled, able, modern });
}

/** In one more start; undefined if that failed: the others are all that there is, then. */
async function observeAs(client: 'plain' | 'able', request: ObserveRequest): Promise<Offer | undefined> {
  const { deadlineMs, signal } = request;
  const beforeClose = (): Promise<void> => Promise.resolve();
  try {
    return await startBeside(
      request,
      async ({ attachment }) =>
        (await handshake(attachment, { deadlineMs, lists: 'all', client, beforeClose })).offer,
    );
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
