import type { Request } from './message.ts';
import { memberOf } from './part-members.ts';
import type { Route } from './route.ts';
import type { SessionServer } from './session-server.ts';

/** Where a request of a client goes. */
interface Towards {
  readonly server: SessionServer;
  readonly route: Extract<Route, { readonly kind: 'server' }>;
  readonly client: 'legacy' | 'modern';
}

/**
 * `resources/subscribe` and its opposite of a client with `initialize`: a server of the stateless revision knows neither
 * and is listened to instead. False for every other request.
 */
export function subscribes({ method, params }: Request, { server, route, client }: Towards): boolean {
  if (client !== 'legacy' || !server.isModern) return false;
  const uri = route.replaced['uri'] ?? memberOf(params, 'uri');
  if (typeof uri !== 'string') return false;
  if (method === 'resources/subscribe') server.subscribe(uri);
  else if (method === 'resources/unsubscribe') server.unsubscribe(uri);
  else return false;
  return true;
}
