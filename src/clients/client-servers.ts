import type { Client } from './client.ts';
import { readConfig } from './config-file.ts';
import { readServers } from './text/edit.ts';

/** What a client's file says of its servers, by name; empty without a file. Throws as `readConfig` and `readServers` do. */
export async function clientServers(
  { format, place }: Client,
  file: string,
): Promise<ReadonlyMap<string, unknown>> {
  const { text } = await readConfig(file);
  return readServers(format, text ?? '', place);
}
