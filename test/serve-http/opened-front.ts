import type { TestContext } from 'node:test';
import { openHttpFront, type HttpFront } from '../../src/serve-http/http-front.ts';
import type { HttpLimits } from '../../src/serve-http/limits.ts';
import { scriptedHub, type ScriptedHub } from './scripted-hub.ts';

export const token = 'a-token-of-the-tests-0123456789abcdef';

export interface OpenedFront {
  readonly front: HttpFront;
  readonly hub: ScriptedHub;
  readonly url: string;
  /** A POST of one message, or of any text, as a client of revisions with sessions makes it. */
  readonly post: (body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
}

/** A front on loopback with a hub whose answers the test decides; closed afterwards. */
export async function openedFront(
  t: TestContext,
  { limits, now }: { readonly limits?: Partial<HttpLimits>; readonly now?: () => number } = {},
): Promise<OpenedFront> {
  const hub = scriptedHub();
  const front = await openHttpFront({
    hub,
    address: { host: '127.0.0.1', port: 0 },
    token,
    ...(limits === undefined ? {} : { limits }),
    ...(now === undefined ? {} : { now }),
  });
  t.after(async () => front.close());
  const post: OpenedFront['post'] = async (body, headers = {}) =>
    fetch(front.url, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { ...usual, ...headers },
    });
  return { front, hub, url: front.url, post };
}

export const usual = {
  Authorization: `Bearer ${token}`,
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
} as const;

export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
} as const;

/** The session of a client that has just said hello. */
export async function begun({ post }: Pick<OpenedFront, 'post'>): Promise<Readonly<Record<string, string>>> {
  const response = await post(initialize);
  await response.text();
  return {
    'Mcp-Session-Id': response.headers.get('mcp-session-id') ?? '',
    'MCP-Protocol-Version': '2025-11-25',
  };
}

/** What a client of 2026-07-28 sends of itself. */
export function stateless(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  id: string | number = 7,
): { readonly body: object; readonly headers: Readonly<Record<string, string>> } {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(params['_meta'] as object | undefined),
  };
  const named = params['name'] ?? params['uri'];
  return {
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } },
    headers: {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': method,
      ...(typeof named === 'string' ? { 'Mcp-Name': named } : {}),
    },
  };
}
