import { createHash } from 'node:crypto';
import { initSources } from '../base/references.ts';

/** Which version of process 1 this mcpcat is of: changes with its sources. A bundle has it as a constant (scripts/bundle.ts). */
export async function initSourcesId(): Promise<string> {
  const sources = await initSources();
  return createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
}
