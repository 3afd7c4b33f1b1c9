import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import type { Request } from '../serve/message.ts';
import { memberOf } from '../serve/part-members.ts';
import { metaKey } from '../serve/protocol.ts';

/** What the headers of a request say of its body, as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

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
    (typeof name === 'string' ? mismatch(headers, 'Mcp-Name', name) : undefined)
  );
}

function mismatch(headers: Headers, header: string, expected: string): string | undefined {
  const given = headers[header.toLowerCase()];
  if (typeof given !== 'string') return `Header mismatch: ${header} is missing`;
  const found = decoded(given.trim());
  if (found === expected) return undefined;
  if (found === undefined) return `Header mismatch: ${header} is no valid Base64`;
  return `Header mismatch: ${header} is another than in the body`;
}

/** `=?base64?…?=` for what a header can't hold; undefined if that is broken. */
function decoded(value: string): string | undefined {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
  if (base64 === undefined) return value;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/** What a request says of itself; undefined if it is of a revision with sessions. */
export function claimedMeta({ params }: Request): JsonObject | undefined {
  const meta = memberOf(params, '_meta');
  return isJsonObject(meta) && typeof meta[metaKey.version] === 'string' ? meta : undefined;
}
