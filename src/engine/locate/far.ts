import { isLoopback } from '../../lib/loopback.ts';

/**
 * Whether an engine is surely on another machine: there a path of this one means another folder or none. A port of this
 * machine may lead anywhere; what is mounted over it is compared by its identity (docs/decisions/0021).
 */
export function isFar(endpoint: string): boolean {
  if (endpoint.startsWith('ssh:')) return true;
  if (!/^(tcp|https?):/.test(endpoint) || !URL.canParse(endpoint)) return false;
  return !isLoopback(new URL(endpoint).hostname);
}
