import { McpcatError } from '../lib/errors.ts';
import { asciiName, noAddresses, ownMachine, type HostRule } from '../lib/host-rule.ts';
import { ipAddress } from '../lib/ip-address.ts';
import { addressRule, meansOwnMachine } from './user-address.ts';

/** Ports that a URL scheme means when it names none. */
const schemePorts: Readonly<Record<string, number>> = {
  https: 443,
  http: 80,
  wss: 443,
  ws: 80,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  mongodb: 27017,
  'mongodb+srv': 27017,
  redis: 6379,
  rediss: 6379,
  amqp: 5672,
  amqps: 5671,
  mqtt: 1883,
  mqtts: 8883,
  nats: 4222,
  ldap: 389,
  ldaps: 636,
  ssh: 22,
  ftp: 21,
  bolt: 7687,
  neo4j: 7687,
  sqlserver: 1433,
  mssql: 1433,
};

/** What is known beside a setting's value. */
interface Context {
  /** For hosts that name none; 443 if undefined. */
  readonly port?: number | undefined;
  /** Who gave the value: an address counts only from the user. */
  readonly from?: 'user' | 'entry';
  /** Ports of this machine that the user has allowed: there `localhost` means it. */
  readonly local?: ReadonlySet<number>;
}

type SettingRule = HostRule & { readonly kind: 'exact' | 'address' };

/**
 * The hosts a setting points to: a URL (`postgres://u:p@db.example.com/x`, `jdbc:` in front or not), one with a list of
 * hosts (`mongodb://a:27017,b:27017/x`), or bare `host[:port]`, also with commas. Throws `usage`; the value may hold a
 * password and is never repeated.
 */
export function settingHosts(name: string, value: string, context: Context = {}): SettingRule[] {
  const text = value.trim().replace(/^jdbc:/, '');
  if (/^(["']).*\1$/s.test(text))
    throw wrong(name, 'found quotes around it', 'leave them out: nothing takes them away on the way');
  // Of a password with a comma this makes two hosts at worst, and both are refused.
  const [, start = '', hosts = text, end = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/i.exec(text) ?? [];
  return hosts
    .split(',')
    .map((host) => ruleOf(name, foundIn(name, `${start}${host}${end}`, context), context));
}

function foundIn(name: string, text: string, { port = 443 }: Context): Found {
  return text.includes('://') ? fromUrl(name, text) : fromBare(name, text, port);
}

function ruleOf(name: string, { host, port }: Found, { from, local }: Context): SettingRule {
  if (meansOwnMachine(host) && host !== ownMachine) return ownRule(name, port, local);
  const address = ipAddress(host);
  if (address !== undefined && from === 'user')
    return { ...addressRule(address, port, name), kind: 'address' };
  if (address !== undefined) throw wrong(name, 'found no host name but an IP address', noAddresses);
  try {
    return { kind: 'exact', name: asciiName(host, name), ports: [port] };
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    throw wrong(name, 'found no host name', error.hint);
  }
}

/** `localhost` of the user's is this machine, if this machine's port is allowed: inside, the port leads here. */
function ownRule(name: string, port: number, local: ReadonlySet<number> | undefined): SettingRule {
  if (local?.has(port) === true) return { kind: 'exact', name: ownMachine, ports: [port] };
  throw new McpcatError(
    'usage',
    `${name}: its host is needed for the network permission; found no host name but this machine (localhost, or an IP address of it), port ${String(port)}`,
    {
      hint: `that would be the container itself; this machine is ${ownMachine} and has to be allowed`,
      inputs: [{ name: 'allow-local', value: String(port) }],
    },
  );
}

interface Found {
  readonly host: string;
  readonly port: number;
}

function fromUrl(name: string, value: string): Found {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase() ?? '';
  if (scheme.endsWith('+srv') && scheme !== 'mongodb+srv')
    throw wrong(
      name,
      `found the scheme ${scheme}, which needs SRV records`,
      'name the host itself and its port',
    );
  refuseUnencoded(name, value);
  if (!URL.canParse(value)) throw wrong(name, 'found something else');
  const url = new URL(value);
  if (url.hostname === '') throw wrong(name, 'found a URL without a host');
  // `postgresql+asyncpg` is how Python names driver and protocol.
  const byScheme = schemePorts[scheme] ?? schemePorts[scheme.split('+')[0] ?? ''];
  const port = url.port === '' ? byScheme : Number(url.port);
  if (port === undefined || port === 0)
    throw wrong(name, `found a ${scheme} URL without a port`, 'add :PORT to the host');
  return { host: url.hostname, port };
}

/** A browser's rules make a slash of it and end the host there, others' do not (WHATWG URL against RFC 3986). */
const webOnly = /^(?:https?|wss?|ftp):\/\/[^/?#\\]*(\\).*@/is;

/**
 * A password with one of these in it ends the host's part early, and libraries disagree where the host begins: another host
 * than the user meant would be permitted (RFC 3986, 3.2). So what can be read in two ways is refused.
 */
function refuseUnencoded(name: string, value: string): void {
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(value) ?? [];
  const found =
    authority.split('@').length > 2
      ? '@'
      : (webOnly.exec(value)?.[1] ?? unencodedIn(rest, { scheme, authority }));
  if (found === undefined) return;
  throw wrong(
    name,
    `found "${found}" before its last "@"`,
    `in a user name or password ${found} is written ${encodeURIComponent(found)}`,
  );
}

/** The character that ended the host's part, where an `@` behind it speaks for a password that goes on. */
function unencodedIn(
  rest: string,
  { scheme, authority }: { readonly scheme: string; readonly authority: string },
): string | undefined {
  const path = rest.startsWith('?') && /^\?[\w.-]+=/.test(rest) ? '' : (/^\/[^?#]*/.exec(rest)?.[0] ?? rest);
  const mayHold = authority.includes('@') || (authority.includes(':') && !/^(http|ws)s?$/i.test(scheme));
  return mayHold && path.includes('@') ? rest[0] : undefined;
}

function fromBare(name: string, value: string, byDefault: number): Found {
  const alone = ipAddress(value);
  if (alone !== undefined) return { host: alone, port: byDefault };
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/?#@]+)(?::([1-9][0-9]{0,4}))?\/?$/iu.exec(value);
  const port = Number(match?.[2] ?? byDefault);
  if (match?.[1] === undefined || port > 65535) throw wrong(name, 'found something else');
  return { host: match[1], port };
}

function wrong(name: string, found: string, hint?: string): McpcatError {
  return new McpcatError(
    'usage',
    `${name}: its host is needed for the network permission; expected a URL or host[:port], ${found}`,
    hint === undefined ? {} : { hint },
  );
}
