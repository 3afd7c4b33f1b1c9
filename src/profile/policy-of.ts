import { bytesOf } from '../lib/size.ts';
import { openPolicy, type ServerPolicy } from '../policy/server-policy.ts';
import type { PolicyKeys } from './profile-file.ts';

/** A server's own keys count more than the profile's defaults; what either denies is denied. */
export function policyOf(own: PolicyKeys, defaults: PolicyKeys): ServerPolicy {
  const deny = [...(own.tools?.deny ?? []), ...(defaults.tools?.deny ?? [])];
  return {
    tools: { allow: own.tools?.allow ?? defaults.tools?.allow, deny: [...new Set(deny)] },
    readOnly: own.readOnly ?? defaults.readOnly ?? openPolicy.readOnly,
    timeoutMs: milliseconds(own.timeout ?? defaults.timeout) ?? openPolicy.timeoutMs,
    results: {
      maxBytes: bytes(own.maxResult ?? defaults.maxResult) ?? openPolicy.results.maxBytes,
      larger: own.largerResults ?? defaults.largerResults ?? openPolicy.results.larger,
    },
    callsPerMinute: own.callsPerMinute ?? defaults.callsPerMinute ?? openPolicy.callsPerMinute,
    idleMs: milliseconds(own.idle ?? defaults.idle) ?? openPolicy.idleMs,
  };
}

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Of a text that the schema has let through. */
function milliseconds(text: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d+)([smh])$/.exec(text ?? '') ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h') return undefined;
  return Number(digits) * units[unit];
}

function bytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : bytesOf(text, 'maxResult');
}
