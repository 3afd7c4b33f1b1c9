import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import { Part } from '../serve/message.ts';
import type { Policy } from '../serve/policy.ts';
import { decide } from './decide.ts';
import { KeptResults } from './kept-results.ts';
import { excess, limitedResult } from './limited-result.ts';
import { RateLimiter, type Clock } from './rate-limiter.ts';
import { openPolicy, usualMaxBytes, type ServerPolicy } from './server-policy.ts';

export interface HubPolicyParts {
  /** Milliseconds that never go back. */
  readonly now: Clock;
  /** Hard to guess: who knows it may read a result that was cut. */
  readonly newId: () => string;
}

/** Of whole results that were cut, in one process; the newest ones. */
const kept = { maxBytes: 64 * 1024 ** 2, maxCount: 200 } as const;

/** The policies of a profile's servers as the hub asks for them (src/serve/policy.ts). A server without one is open. */
export function hubPolicy(
  policies: ReadonlyMap<string, ServerPolicy>,
  { now, newId }: HubPolicyParts,
): Policy {
  const of = (server: string): ServerPolicy => policies.get(server) ?? openPolicy;
  const limiters = new Map(
    [...policies].flatMap(([server, { callsPerMinute }]) =>
      callsPerMinute === undefined ? [] : [[server, new RateLimiter(callsPerMinute, now)]],
    ),
  );
  // What is read by its link is one result too: of any server, so for the widest of all limits.
  const widest = Math.max(usualMaxBytes, ...[...policies.values()].map(({ results }) => results.maxBytes));
  const results = new KeptResults(
    { ...kept, isReadable: (json) => whole('', json).bytes.length <= widest },
    newId,
  );
  return {
    shows: (server, definition) => decide(of(server), judged(definition)).kind === 'allowed',
    rules: JSON.stringify([...policies].map(([server, { tools, readOnly }]) => [server, tools, readOnly])),
    refusal: ({ server }) => rateRefusal(of(server), limiters.get(server)),
    callTimeoutMs: (server) => of(server).timeoutMs,
    fit: (call, result) => fitted(of(call.server), { result, results }),
    read: (uri) => {
      const text = results.read(uri);
      return text === undefined ? undefined : whole(uri, text);
    },
    tooLarge: (server, { bytes }) => {
      const permitted = Math.max(usualMaxBytes, of(server).results.maxBytes);
      return bytes.length <= permitted ? undefined : excess(bytes.length, permitted);
    },
    idleMs: (server) => of(server).idleMs,
  };
}

/** The answer of `resources/read`. */
function whole(uri: string, text: string): Part {
  return Part.ofValue({ contents: [{ uri, mimeType: 'application/json', text }] });
}

function judged(definition: JsonObject): Parameters<typeof decide>[1] {
  const { name, annotations } = definition;
  return {
    name: typeof name === 'string' ? name : '',
    annotations: isJsonObject(annotations)
      ? { readOnlyHint: annotations['readOnlyHint'] === true }
      : undefined,
  };
}

function rateRefusal({ callsPerMinute }: ServerPolicy, limiter: RateLimiter | undefined): string | undefined {
  const taken = limiter?.take();
  if (taken === undefined || taken.kind === 'taken') return undefined;
  const seconds = Math.ceil(taken.retryAfterMs / 1000);
  return `the profile permits ${String(callsPerMinute)} calls a minute to this server; try again in ${String(seconds)} s`;
}

/** A result that fits is not even parsed. */
function fitted(
  { results: rules }: ServerPolicy,
  { result, results }: { readonly result: Part; readonly results: KeptResults },
): Part {
  if (result.bytes.length <= rules.maxBytes) return result;
  return Part.ofBytes(Buffer.from(JSON.stringify(limitedResult(result.object, rules, results.keep))));
}
