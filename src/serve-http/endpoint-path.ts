import type { IncomingMessage } from 'node:http';

export const endpointPath = '/mcp';

/** A name that a user gives a client in its address: one that does not say which requests belong together is told apart. */
const form = /^\/mcp(?:\/([A-Za-z0-9_-]{1,64}))?$/;

export function isEndpoint(request: Pick<IncomingMessage, 'url'>): boolean {
  return form.test(pathOf(request));
}

/** `NAME` of `/mcp/NAME`; empty for `/mcp`. */
export function clientPath(request: Pick<IncomingMessage, 'url'>): string {
  return form.exec(pathOf(request))?.[1] ?? '';
}

function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  return url.split('?')[0] ?? '';
}
