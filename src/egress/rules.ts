import { McpcatError } from '../lib/errors.ts';
import type { Input } from '../lib/input.ts';
import { coversRule, hostRuleText, ownMachine, type HostRule } from '../lib/host-rule.ts';
import { parseHostRules } from '../lib/host-rules.ts';
import { settingHosts } from './setting-host.ts';
import { ownValue } from '../lib/own-value.ts';
import { parseUserAddress } from './user-address.ts';

/** A rule without placeholder, and whether its host may be on a private network. */
export interface PermittedRule extends HostRule {
  readonly kind: 'exact' | 'suffix' | 'any' | 'address';
  readonly private: 'allowed' | 'refused';
  /** Of a port of this machine: `localhost` in the container leads there, too. */
  readonly loopback?: 'forwarded';
}

/** Everything that decides what a server may reach. */
export interface NetworkRequest {
  /** `permissions.network` of the entry. */
  readonly declared: readonly string[];
  /** Values of settings by name, secrets and defaults included: for `{SETTING}`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names of the settings that the user gave: only there an address is one that the user wants. */
  readonly given?: ReadonlySet<string>;
  /** By the user: names and addresses. Beside `given` the only way to a host on a private network. */
  readonly allow?: readonly string[];
  /** Ports of this machine, which the server may reach as its own localhost. */
  readonly allowLocal?: readonly number[];
  /** No host at all, whatever is declared. */
  readonly deny?: boolean;
  /** The user's narrower list; undefined leaves what is declared. */
  readonly only?: readonly string[] | undefined;
}

/** The rules in force, the user's additions last. Throws `usage` with all problems in `detail` if there are several. */
export function rulesOf({
  declared,
  settings,
  allow = [],
  allowLocal = [],
  given = new Set(),
  deny = false,
  only,
}: NetworkRequest): PermittedRule[] {
  if (deny && allow.length + allowLocal.length > 0)
    throw new McpcatError('usage', 'hosts to allow and no network at all contradict each other', {
      hint: 'leave one out',
      inputs: [{ name: 'allow' }, { name: 'deny-network' }],
    });
  if (deny) return [];
  const added = [...additions(allow), ...allowLocal.map(ownPort)];
  const local = new Set(allowLocal);
  const values = { settings, given, local };
  const rules = parsed(declared, 'permissions.network').flatMap((rule) => settled(rule, values));
  const restricted =
    only === undefined ? rules : restrict(rules, parsed(only, 'network of the settings file'));
  return [...restricted.map((rule): PermittedRule => ({ ...rule, private: privacyOf(rule) })), ...added];
}

type PlainRule = Omit<PermittedRule, 'private'>;

function parsed(texts: readonly string[], what: string, inputs: readonly Input[] = []): readonly HostRule[] {
  const { rules, problems } = parseHostRules(texts, what);
  const [first, ...more] = problems;
  if (first === undefined) return rules;
  throw new McpcatError('usage', first.message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    detail: more.map(({ message }) => message),
    inputs,
  });
}

/** An address is there only because the user gave that very one. */
function privacyOf({ kind }: PlainRule): PermittedRule['private'] {
  return kind === 'address' ? 'allowed' : 'refused';
}

interface Values {
  readonly settings: Readonly<Record<string, string>>;
  readonly given: ReadonlySet<string>;
  /** Ports of this machine that the user has allowed. */
  readonly local: ReadonlySet<number>;
}

/** A setting that was not given permits nothing. */
function settled(rule: HostRule, { settings, given, local }: Values): PlainRule[] {
  if (rule.kind !== 'setting') return [{ ...rule, kind: rule.kind }];
  const value = ownValue(settings, rule.name);
  if (value === undefined || value === '') return [];
  const from = given.has(rule.name) ? 'user' : 'entry';
  return settingHosts(rule.name, value, { port: defaultPort(rule, settings), from, local }).map((host) => ({
    ...host,
    ...(rule.tls === undefined ? {} : { tls: rule.tls }),
  }));
}

/** Undefined if the rule names none, or a setting that was not given. */
function defaultPort(
  { ports: [port], portSetting }: HostRule,
  settings: Readonly<Record<string, string>>,
): number | undefined {
  const value = portSetting === undefined ? '' : (ownValue(settings, portSetting) ?? '').trim();
  if (portSetting === undefined || value === '') return port;
  const given = /^[1-9][0-9]{0,4}$/.test(value) ? Number(value) : 65_536;
  if (given <= 65_535) return given;
  throw new McpcatError('usage', `${portSetting}: expected a port from 1 to 65535, found something else`);
}

/** What the user adds: addresses, and rules as in an entry. */
function additions(allow: readonly string[]): PermittedRule[] {
  const addresses = allow.flatMap((text) => parseUserAddress(text, 'allow') ?? []);
  const names = allow.filter((text) => parseUserAddress(text, 'allow') === undefined);
  return [
    ...parsed(names, 'allow', [{ name: 'allow' }]).map((rule) => addition(rule)),
    ...addresses.map((rule): PermittedRule => ({ ...rule, kind: 'address', private: 'allowed' })),
  ];
}

function ownPort(port: number): PermittedRule {
  return { kind: 'exact', name: ownMachine, ports: [port], private: 'allowed', loopback: 'forwarded' };
}

function addition(rule: HostRule): PermittedRule {
  if (rule.kind === 'setting')
    throw new McpcatError('usage', `allow: expected a host, found ${hostRuleText(rule)}`, {
      inputs: [{ name: 'allow' }],
    });
  // A whole suffix, or the internet, is no licence for the user's own network: hosts there are named one by one.
  return { ...rule, kind: rule.kind, private: rule.kind === 'exact' ? 'allowed' : 'refused' };
}

/** What both lists permit. */
function restrict(rules: readonly PlainRule[], only: readonly HostRule[]): PlainRule[] {
  return rules.flatMap((rule) => only.flatMap((other) => common(rule, other)));
}

function common(a: PlainRule, b: HostRule): PlainRule[] {
  const ports = a.ports.filter((port) => b.ports.includes(port));
  if (ports.length === 0 || b.kind === 'setting') return [];
  if (coversRule({ ...b, ports }, { ...a, ports })) return [{ ...a, ports }];
  return coversRule({ ...a, ports }, { ...b, ports }) ? [{ ...b, kind: b.kind, ports }] : [];
}
