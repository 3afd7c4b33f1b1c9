import type { Client } from '../clients/client.ts';
import { startOfEntry } from '../clients/client-entry.ts';

/** No marker is kept in an entry, since some clients drop what they do not know: an entry of ours starts mcpcat. */
export function isOurs(client: Client, entry: unknown): boolean {
  const start = startOfEntry(client, entry);
  return start !== undefined && isMcpcat(start.command) && ['run', 'serve'].includes(start.args[0] ?? '');
}

function isMcpcat(command: string): boolean {
  return /(?:^|[\\/])mcpcat(?:\.(?:js|cmd|exe))?$/.test(command);
}
