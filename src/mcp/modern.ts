import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client';
import type { Attachment } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import { allPages } from './all-pages.ts';
import { LineTransport } from './line-transport.ts';
import { OfferRecorder, type FailedList, type Offer } from './offer.ts';
import { askOtherLists } from './other-lists.ts';

/** The stateless revision, in which `server/discover` takes the place of initialize. */
export const modernRevision = '2026-07-28';

/**
 * What a server offers in the modern revision; undefined if it does not speak it. In a run of its own, because some exit
 * on an unknown first request.
 */
export async function modernOffer(
  attachment: Pick<Attachment, 'stdin' | 'stdout'>,
  deadlineMs: number,
): Promise<Offer | undefined> {
  const transport = new LineTransport<JSONRPCMessage>(attachment);
  const recorder = new OfferRecorder(transport);
  const client = new Client(
    { name: 'mcpcat-test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: modernRevision } } },
  );
  const options = { timeout: deadlineMs };
  try {
    await client.connect(transport, options);
    const failed = [
      ...(await failedTools(client, options)),
      ...(await askOtherLists(client, { deadlineMs, reasonOf: messageOf })),
    ];
    return recorder.finish(modernRevision, failed);
  } catch {
    return undefined;
  } finally {
    attachment.stdin.end();
  }
}

async function failedTools(client: Client, options: { timeout: number }): Promise<readonly FailedList[]> {
  if (client.getServerCapabilities()?.tools === undefined) return [];
  try {
    await allPages((cursor) => client.listTools(cursor === undefined ? {} : { cursor }, options));
    return [];
  } catch (error) {
    return [{ list: 'tools', reason: messageOf(error) }];
  }
}
