import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client';
import type { Attachment } from '../engine/engine.ts';
import { LineTransport } from './line-transport.ts';

/** The stateless revision, in which `server/discover` takes the place of initialize. */
export const modernRevision = '2026-07-28';

/** Whether a server speaks the modern revision; in a run of its own, because some exit on an unknown first request. */
export async function speaksModern(
  attachment: Pick<Attachment, 'stdin' | 'stdout'>,
  deadlineMs: number,
): Promise<boolean> {
  const transport = new LineTransport<JSONRPCMessage>(attachment);
  const client = new Client(
    { name: 'mcpcat-test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: modernRevision } } },
  );
  try {
    await client.connect(transport, { timeout: deadlineMs });
    return true;
  } catch {
    return false;
  } finally {
    attachment.stdin.end();
  }
}
