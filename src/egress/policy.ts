import { McpcatError } from '../lib/errors.ts';
import { hostRuleText, isHostName, matchesName } from '../lib/host-rule.ts';
import type { NameRule } from './first-flight.ts';
import type { PermittedRule } from './rules.ts';

/** Ports the relay can listen on (HELLO, road protocol). */
const mostPorts = 64;

/** What the launcher answers to one wish of the server. */
export type Permission =
  | { readonly verdict: 'permitted'; readonly private: 'allowed' | 'refused' }
  | { readonly verdict: 'refused'; readonly reason: string };

/** Decides by name and port; knows nothing of addresses. */
export interface Policy {
  /** Exact names, each once, in the order of the rules: they get the first addresses. */
  readonly names: readonly string[];
  /** Where the relay listens. */
  readonly ports: readonly number[];
  /** True if the name may be reached on some port: what DNS answers. */
  knows(name: string): boolean;
  permits(name: string, port: number): Permission;
  /** What a permitted connection may be for, inside it; `any` where a rule is for every name, or opaque. */
  namesWithin(name: string, port: number): NameRule | 'any';
}

/** Throws `usage` if the rules need more ports than the relay can listen on. */
export function policyOf(rules: readonly PermittedRule[]): Policy {
  const names = [...new Set(rules.filter(({ kind }) => kind === 'exact').map(({ name }) => name))];
  const ports = [...new Set(rules.flatMap((rule) => rule.ports))];
  if (ports.length > mostPorts)
    throw new McpcatError(
      'usage',
      `network: expected at most ${String(mostPorts)} different ports, found ${String(ports.length)}`,
    );
  return {
    names,
    ports,
    knows: (name) => isHostName(name) && rules.some((rule) => matchesName(rule, name)),
    permits: (name, port) => permission(rules, name, port),
    namesWithin: (name, port) => namesWithin(permitting(rules, name, port), port),
  };
}

function permitting(rules: readonly PermittedRule[], name: string, port: number): readonly PermittedRule[] {
  return rules.filter((rule) => matchesName(rule, name) && rule.ports.includes(port));
}

function permission(rules: readonly PermittedRule[], name: string, port: number): Permission {
  const byName = isHostName(name) ? rules.filter((rule) => matchesName(rule, name)) : [];
  if (byName.length === 0) return { verdict: 'refused', reason: 'the name is not permitted' };
  const found = permitting(byName, name, port);
  if (found.length === 0)
    return {
      verdict: 'refused',
      reason: `port ${String(port)} is not permitted, only ${byName.map(hostRuleText).join(', ')}`,
    };
  const allowed = found.some((rule) => rule.private === 'allowed');
  return { verdict: 'permitted', private: allowed ? 'allowed' : 'refused' };
}

/** Where nothing but the web is expected, so that another protocol would be a way around the look into it. */
const webPorts = new Set([80, 443]);

/** Whatever one of the rules that permitted the connection permits. */
function namesWithin(rules: readonly PermittedRule[], port: number): NameRule | 'any' {
  if (rules.some(({ kind, tls }) => kind === 'any' || tls === 'opaque')) return 'any';
  return {
    fits: (name) => isHostName(name) && rules.some((rule) => matchesName(rule, name)),
    unnamed: 'refused',
    others: webPorts.has(port) ? 'refused' : 'fit',
  };
}
