import { domainToASCII } from 'node:url';
import { McpcatError } from './errors.ts';
import { addressText } from './ip-address.ts';

/**
 * Whom a server may reach. `name` is the host, the suffix behind `*.`, the setting behind `{…}`, an IP address that the
 * user gave, or empty for `any`;
 * always lower-case ASCII. `ports` are those written, or the defaults; of a `setting` the port for a value without
 * one, if it is written, and `portSetting` names the setting that holds it.
 */
export interface HostRule {
  readonly kind: 'exact' | 'suffix' | 'any' | 'setting' | 'address';
  readonly name: string;
  readonly ports: readonly number[];
  readonly portSetting?: string;
  /** Whom TLS or HTTP inside is for is not looked at: for clients that send no server name, or an encrypted one. */
  readonly tls?: 'opaque';
}

/** The user's own machine, seen from a container without network. Only the user may permit it. */
export const ownMachine = 'host.mcpcat.internal';

const label = '[a-z0-9_](-*[a-z0-9_])*';
const anyPorts = [443, 80];

const setting = '\\{[A-Za-z_][A-Za-z0-9_]*\\}';

/**
 * The written form, as editors check it: `host`, `host:port`, `*.suffix[:port]`, `*[:port]`, `{SETTING}`,
 * `{SETTING}:port` or `{SETTING}:{PORT_SETTING}`.
 */
export const hostRuleForm = new RegExp(
  `^(${setting}(:([1-9][0-9]{0,4}|${setting}))?|(\\*|(\\*\\.)?${label}(\\.${label})*)(:[1-9][0-9]{0,4})?)( \\(tls: opaque\\))?$`,
);

/** Behind a rule: what an entry writes as `{ host: …, tls: opaque }`. */
export const opaqueMark = ' (tls: opaque)';

/** Second-level labels that registries sell below: `*.co.uk` would be half a country. */
const registryLabels = new Set(['ac', 'co', 'com', 'edu', 'gob', 'gov', 'ne', 'net', 'or', 'org']);

/**
 * Parses one rule; `what` is where it was written, for the message. Capitals and international names are put into
 * their ASCII form. Throws `usage` with what to write instead.
 */
export function parseHostRule(text: string, what: string): HostRule {
  if (!text.endsWith(opaqueMark)) return parsePlainRule(text, what);
  return { ...parsePlainRule(text.slice(0, -opaqueMark.length), what), tls: 'opaque' };
}

function parsePlainRule(text: string, what: string): HostRule {
  const ofSetting = parseSettingRule(text, what);
  if (ofSetting !== undefined) return ofSetting;
  refuseOtherForms(text, what);
  const [written = '', portText] = text.split(':');
  const port = portText === undefined ? undefined : parsePort(portText, what);
  if (written === '*') return { kind: 'any', name: '', ports: port === undefined ? anyPorts : [port] };
  const wide = written.startsWith('*.');
  const name = asciiName(wide ? written.slice(2) : written, what);
  if (wide) refuseTooWide(name, what);
  return { kind: wide ? 'suffix' : 'exact', name, ports: [port ?? 443] };
}

function parseSettingRule(text: string, what: string): HostRule | undefined {
  const match = /^\{(?<name>[A-Za-z_]\w*)\}(:(\{(?<portSetting>[A-Za-z_]\w*)\}|(?<port>[^{}]*)))?$/.exec(
    text,
  )?.groups;
  if (match === undefined) return undefined;
  const { name = '', portSetting, port } = match;
  const ports = port === undefined ? [] : [parsePort(port, what)];
  return { kind: 'setting', name, ports, ...(portSetting === undefined ? {} : { portSetting }) };
}

/** Names of the settings in a rule's written form, whether that form is right or not. */
export function settingsIn(text: string): string[] {
  return [...text.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
}

function refuseOtherForms(text: string, what: string): void {
  if (text === '') throw wrong(what, 'found nothing');
  if (/[\s\p{C}]/u.test(text))
    throw wrong(what, `found a space or control character in ${JSON.stringify(text)}`);
  if (text.includes('://'))
    throw wrong(what, `found the URL ${text}`, `write ${hostOfUrl(text) ?? 'its host'}`);
  if (/[/\\?#@%]/.test(text)) throw wrong(what, `found "${text}"`, 'no path, no user, no address range');
  if (/[[\]]|:.*:/.test(text)) throw wrong(what, `found the IP address "${text}"`, noAddresses);
  if (/\*/.test(text.replace(/^\*(?=\.|:|$)/, '')))
    throw wrong(what, `found "${text}"`, 'a * stands alone or for everything before a dot: *.example.com');
  if (/[{}]/.test(text))
    throw wrong(
      what,
      `found "${text}"`,
      'a setting stands alone, or with a port: {DATABASE_URL}, {DB_HOST}:{DB_PORT}',
    );
}

/** Why an IP address is no answer: names are what the tunnel carries. */
export const noAddresses =
  'an address is for the user to give, in full such as 192.168.1.10, in a setting that names the host or as a host to allow';

function hostOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { host, protocol, port } = new URL(text);
  return protocol === 'http:' && port === '' ? `${host}:80` : host || undefined;
}

function parsePort(text: string, what: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new McpcatError('usage', `${what}: expected a port from 1 to 65535, found "${text}"`);
}

/** A host name in lower-case ASCII, or `usage`: not an IP address in any spelling, not localhost. */
export function asciiName(text: string, what: string): string {
  if (text.endsWith('.')) throw wrong(what, `found "${text}"`, 'leave out the last dot');
  if (endsInNumber(text)) throw wrong(what, `found the IP address "${text}"`, noAddresses);
  const name = domainToASCII(text.toLowerCase());
  if (endsInNumber(name)) throw wrong(what, `found the IP address "${text}"`, noAddresses);
  if (!isHostName(name)) throw wrong(what, `found "${text}"`);
  if (name === 'localhost' || name.endsWith('.localhost'))
    throw wrong(what, `found "${text}"`, `that is the container itself; this machine is ${ownMachine}`);
  return name;
}

const nameForm = new RegExp(`^${label}(\\.${label})*$`);

/** True for a name that can be looked up and is no IP address in disguise (`127.1`, `0x7f.1`, `2130706433`). */
export function isHostName(name: string): boolean {
  const labels = name.split('.');
  return (
    name.length <= 253 &&
    nameForm.test(name) &&
    labels.every(({ length }) => length <= 63) &&
    !endsInNumber(name)
  );
}

/** What resolvers and URL parsers take for an IPv4 address (WHATWG URL, "ends in a number checker"). */
function endsInNumber(name: string): boolean {
  return /(^|\.)([0-9]+|0x[0-9a-f]*)$/i.test(name);
}

function refuseTooWide(suffix: string, what: string): void {
  const labels = suffix.split('.');
  const registry = labels.length === 2 && labels[1]?.length === 2 && registryLabels.has(labels[0] ?? '');
  if (labels.length >= 2 && !registry) return;
  throw wrong(
    what,
    `found "*.${suffix}"`,
    'that is a whole registry; name the domain, or "*" for the whole internet',
  );
}

function wrong(what: string, found: string, hint?: string): McpcatError {
  const form = 'expected host, host:port, *.example.com, {SETTING} or *';
  return new McpcatError('usage', `${what}: ${form}, ${found}`, hint === undefined ? {} : { hint });
}

/** The rule as people write it. */
export function hostRuleText({ tls, ...rule }: HostRule): string {
  return tls === 'opaque' ? `${plainText(rule)}${opaqueMark}` : plainText(rule);
}

function plainText({ kind, name, ports, portSetting }: HostRule): string {
  if (kind === 'setting') {
    const port = portSetting === undefined ? ports.join() : `{${portSetting}}`;
    return port === '' ? `{${name}}` : `{${name}}:${port}`;
  }
  const host = { exact: name, address: addressText(name), suffix: `*.${name}`, any: '*' }[kind];
  const byDefault = kind === 'any' ? anyPorts : [443];
  return ports.join() === byDefault.join() ? host : `${host}:${ports.join()}`;
}

/** True if a name fits the rule, whatever the port. */
export function matchesName({ kind, name }: HostRule, host: string): boolean {
  if (kind === 'any') return isHostName(host);
  return kind === 'suffix'
    ? host.endsWith(`.${name}`)
    : (kind === 'exact' || kind === 'address') && host === name;
}

/** `coversRule` of rules as people write them: what is no rule (any more) is only the same as itself. */
export function coversRuleText(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  try {
    return coversRule(parseHostRule(outer, ''), parseHostRule(inner, ''));
  } catch {
    return false;
  }
}

/** True if everything `inner` permits is permitted by `outer` too. */
export function coversRule(outer: HostRule, inner: HostRule): boolean {
  // A rule for every name looks for none.
  if (inner.tls === 'opaque' && outer.tls !== 'opaque' && outer.kind !== 'any') return false;
  if (inner.kind === 'setting' || outer.kind === 'setting')
    return hostRuleText(outer) === hostRuleText(inner);
  const names =
    (outer.kind === 'any' && inner.kind !== 'address') ||
    ((inner.kind === 'exact' || inner.kind === 'address') && matchesName(outer, inner.name)) ||
    (inner.kind === 'suffix' && outer.kind === 'suffix' && `.${inner.name}`.endsWith(`.${outer.name}`));
  return names && inner.ports.every((port) => outer.ports.includes(port));
}
