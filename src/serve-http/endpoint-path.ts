import type { IncomingMessage } from 'node:http';

export const endpointPath = '/mcp';

/**
 * A name that a user gives a client in its address: one that does not say which requests belong together is told apart.
 * Whatever a client makes of a variable there, a folder too (`/mcp/${workspaceFolder}`).
 */
const form = /^\/mcp(?:\/([^?]{0,1024}))?$/;

export function isEndpoint(request: Pick<IncomingMessage, 'url'>): boolean {
  return form.test(pathOf(request));
}

/** `NAME` of `/mcp/NAME`; empty for `/mcp` and `/mcp/`. */
export function clientPath(request: Pick<IncomingMessage, 'url'>): string {
  return form.exec(pathOf(request))?.[1] ?? '';
}

function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  return url.split('?')[0] ?? '';
}
