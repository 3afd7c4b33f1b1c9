import { McpcatError } from '../lib/errors.ts';
import { hostRuleText, isHostName, matchesName, ownMachine } from '../lib/host-rule.ts';
import { ipAddress } from '../lib/ip-address.ts';
import type { NameRule } from './first-flight.ts';
import { refusalOf } from './public-address.ts';
import type { PermittedRule } from './rules.ts';

/** Ports the relay can listen on (HELLO, tunnel protocol). */
const maxPorts = 64;
/** Names to which the records of permitted ones may lead. */
const maxAdmitted = 256;

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
  /** True if localhost on this port, or on any, is the user's machine. */
  forwards(port: number | undefined): boolean;
  /** Permits a further name, to which a permitted one leads by its records; nothing if there are too many. */
  admit(name: string, port: number, from: string): void;
  /** What a permitted connection may be for, inside it; `any` where a rule is for every name, or opaque. */
  namesWithin(name: string, port: number): NameRule | 'any';
}

/** Throws `usage` if the rules need more ports than the relay can listen on. */
export function policyOf(given: readonly PermittedRule[]): Policy {
  const rules = [...given];
  const names = [
    ...new Set(rules.filter(({ kind }) => kind === 'exact' || kind === 'address').map(({ name }) => name)),
  ];
  const ports = [...new Set(rules.flatMap((rule) => rule.ports))];
  if (ports.length > maxPorts)
    throw new McpcatError(
      'usage',
      `network: expected at most ${String(maxPorts)} different ports, found ${String(ports.length)}`,
    );
  return {
    names,
    ports,
    knows: (name) => isHostName(name) && rules.some((rule) => matchesName(rule, name)),
    permits: (name, port) => permission(rules, name, port),
    forwards: (port) =>
      given.some(
        ({ loopback, ports: own }) => loopback === 'forwarded' && (port === undefined || own.includes(port)),
      ),
    admit: (name, port, from) => {
      const known = permission(rules, name, port).verdict === 'permitted';
      if (known || !isHostName(name) || !ports.includes(port) || rules.length >= given.length + maxAdmitted)
        return;
      const opaque = permitting(given, from, port).some(({ tls }) => tls === 'opaque');
      const rule = { kind: 'exact', name, ports: [port], private: 'refused' } as const;
      rules.push(opaque ? { ...rule, tls: 'opaque' } : rule);
    },
    namesWithin: (name, port) => namesWithin(permitting(rules, name, port), port),
  };
}

function permitting(rules: readonly PermittedRule[], name: string, port: number): readonly PermittedRule[] {
  return rules.filter((rule) => matchesName(rule, name) && rule.ports.includes(port));
}

function permission(rules: readonly PermittedRule[], name: string, port: number): Permission {
  const byName = rules.filter((rule) => matchesName(rule, name));
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

/** On the user's own network, names are the user's affair; a public address may be an edge that serves many. */
function namesAtAddress(rules: readonly PermittedRule[], port: number): NameRule | 'any' {
  if (rules.some(({ name }) => refusalOf(name) !== undefined)) return 'any';
  // HTTP names the address that stands for it in the container.
  return {
    fits: (name) => ipAddress(name) !== undefined,
    unnamed: 'fits',
    others: webPorts.has(port) ? 'refused' : 'fit',
  };
}

/** Where nothing but the web is expected, so that another protocol would be a way around the look into it. */
const webPorts = new Set([80, 443]);

/** Whatever one of the rules that permitted the connection permits. */
function namesWithin(rules: readonly PermittedRule[], port: number): NameRule | 'any' {
  if (rules.some(({ kind, name, tls }) => kind === 'any' || tls === 'opaque' || name === ownMachine))
    return 'any';
  if (rules.some(({ kind }) => kind === 'address')) return namesAtAddress(rules, port);
  return {
    fits: (name) => isHostName(name) && rules.some((rule) => matchesName(rule, name)),
    unnamed: 'refused',
    others: webPorts.has(port) ? 'refused' : 'fit',
  };
}
