import { McpcatError } from '../lib/errors.ts';
import { ownMachine, type HostRule } from '../lib/host-rule.ts';
import { addressText, ipAddress } from '../lib/ip-address.ts';
import { refusalOf } from './public-address.ts';

/** `192.168.1.10`, `192.168.1.10:8123`, `[fd00::5]:8123`, `fd00::5`; undefined if it is no address. Throws `usage`. */
export function parseUserAddress(text: string, what: string): HostRule | undefined {
  const alone = ipAddress(text);
  const [, host = '', portText = ''] = /^(.+):([0-9]+)$/.exec(text) ?? [];
  const address =
    alone ?? (text.split(':').length === 2 || text.startsWith('[') ? ipAddress(host) : undefined);
  if (address === undefined) return undefined;
  const port = alone === undefined ? Number(portText) : 443;
  if (port < 1 || port > 65_535 || portText.startsWith('0'))
    throw new McpcatError('usage', `${what}: expected a port from 1 to 65535, found "${portText}"`);
  return addressRule(address, port, what);
}

/**
 * A rule for an address that the user gave: it works like a name. Throws `usage` for those that are never dialled.
 */
export function addressRule(address: string, port: number, what: string): HostRule {
  const refusal = refusalOf(address);
  if (refusal?.allowable === false)
    throw new McpcatError('usage', `${what}: ${address} is ${refusal.what}, which no server may reach`);
  return { kind: 'address', name: address, ports: [port] };
}

/** Names by which programs in containers know the machine itself. */
const machineNames = new Set([
  'localhost',
  'host.docker.internal',
  'gateway.docker.internal',
  'host.containers.internal',
  ownMachine,
]);

/** True for a host, of a URL or alone, that means the machine on which the client runs. */
export function meansOwnMachine(host: string): boolean {
  const name = host.toLowerCase();
  if (machineNames.has(name) || name.endsWith('.localhost')) return true;
  // Asked at every refused connection, so not of the list of all classes.
  const address = ipAddress(name);
  return (
    address !== undefined &&
    (address.startsWith('127.') || address === '::1' || /^::ffff:7f..:/.test(address))
  );
}

/**
 * A setting or argument with every address that is permitted replaced by the one that stands for it in the container.
 * Addresses within longer ones are left alone.
 */
export function withSynthetic(text: string, synthetic: ReadonlyMap<string, string>): string {
  if (synthetic.size === 0) return text;
  return text
    .replaceAll(/\[[0-9A-Fa-f:.]+\]/g, (found) => synthetic.get(ipAddress(found) ?? '') ?? found)
    .replaceAll(/(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])/g, (found) => synthetic.get(found) ?? found)
    .replaceAll(/(?<=^|,)[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?=$|,)/g, (found) => {
      const standing = synthetic.get(ipAddress(found) ?? '');
      return standing ?? found;
    });
}

/** For messages: what would be typed to allow it. */
export function allowText(name: string, port: number): string {
  const host = addressText(name);
  return port === 443 ? host : `${host}:${String(port)}`;
}
