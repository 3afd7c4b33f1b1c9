import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import type { Request } from '../serve/message.ts';
import { memberOf } from '../serve/part-members.ts';
import { metaKey } from '../serve/protocol.ts';
import { headerFault, type Headers } from './header-value.ts';

const named: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/**
 * Why headers and body of a request of 2026-07-28 do not fit together (its transport's chapter, "Server Validation"):
 * who routes or refuses by headers must see what is executed. Undefined if they do.
 */
export function headerMismatch(
  { method, params }: Request,
  { headers, revision }: { readonly headers: Headers; readonly revision: string },
): string | undefined {
  const key = named[method];
  const name = key === undefined ? undefined : memberOf(params, key);
  return (
    mismatch(headers, 'MCP-Protocol-Version', revision) ??
    mismatch(headers, 'Mcp-Method', method) ??
    (typeof name === 'string' ? mismatch(headers, 'Mcp-Name', name) : orphan(headers, key))
  );
}

/** A name in the header alone is one that nothing is done with. */
function orphan(headers: Headers, key: string | undefined): string | undefined {
  if (key === undefined || headers['mcp-name'] === undefined) return undefined;
  return `Header mismatch: Mcp-Name is there, and ${key} is not in the body`;
}

function mismatch(headers: Headers, header: string, expected: string): string | undefined {
  const fault = headerFault(headers, header, (found) => found === expected);
  return fault === undefined ? undefined : `Header mismatch: ${header} ${fault}`;
}

/** What a request says of itself; undefined if it is of a revision with sessions. */
export function claimedMeta({ params }: Request): JsonObject | undefined {
  const meta = memberOf(params, '_meta');
  return isJsonObject(meta) && typeof meta[metaKey.version] === 'string' ? meta : undefined;
}
