import { Resolver as DnsResolver } from 'node:dns/promises';
import type { Policy } from './policy.ts';

/** Types of records that are answered beside addresses; by number (RFC 1035, 3.2.2; RFC 2782). */
const recordTypes = { txt: 16, srv: 33 } as const;
/** True for types of which there may be records; the rest has none, whatever the name. */
export function isAnswered(type: number): boolean {
  return type === recordTypes.txt || type === recordTypes.srv;
}

/** As much as a RECORDS frame may hold; and records of which one more is as good as none. */
const maxBytes = 1152;
const maxRecords = 32;
/** Milliseconds; a resolver in the container waits 5 s. */
const queryMs = 4000;

/** What is asked of the DNS, by the launcher's own servers and without any search list. */
export interface RecordSource {
  srv(name: string): Promise<readonly SrvRecord[]>;
  txt(name: string): Promise<readonly (readonly string[])[]>;
}

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export function systemRecords(): RecordSource {
  const resolver = new DnsResolver({ timeout: queryMs, tries: 1 });
  return { srv: (name) => resolver.resolveSrv(name), txt: (name) => resolver.resolveTxt(name) };
}

/** The host that a service's name belongs to: `_mongodb._tcp.db.example.com` → `db.example.com`. */
export function hostOfService(name: string): string {
  return name.replace(/^_[a-z0-9-]+\._(tcp|udp)\./, '');
}

/**
 * Records of a permitted name as a RECORDS frame holds them; empty if there are none or they are of no such type. Hosts
 * that an SRV record names are permitted from then on, if they belong to the same domain: so drivers for
 * `mongodb+srv:` find their servers, and it is what these drivers themselves insist on.
 */
export async function recordsOf(
  { type, name }: { readonly type: number; readonly name: string },
  source: RecordSource,
  policy: Pick<Policy, 'admit'>,
): Promise<Buffer> {
  if (type === recordTypes.txt) return packed((await source.txt(name)).map(txtData));
  if (type !== recordTypes.srv) return Buffer.alloc(0);
  const host = hostOfService(name);
  const all = await source.srv(name);
  const fitting = all.filter((record) => sameDomain(host, record.name.toLowerCase())).slice(0, maxRecords);
  for (const record of fitting) policy.admit(record.name.toLowerCase(), record.port, host);
  return packed(fitting.map(srvData));
}

/** The rule of the drivers: everything behind the first dot, or the whole name where that would be a registry. */
function sameDomain(host: string, target: string): boolean {
  const labels = host.split('.');
  const domain = labels.length >= 3 ? labels.slice(1).join('.') : host;
  return target.endsWith(`.${domain}`);
}

function packed(records: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let bytes = 0;
  for (const data of records) {
    bytes += 2 + data.length;
    if (bytes > maxBytes) break;
    parts.push(Buffer.from([data.length >> 8, data.length & 255]), data);
  }
  return Buffer.concat(parts);
}

function srvData({ priority, weight, port, name }: SrvRecord): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  const labels = name
    .split('.')
    .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}

function txtData(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8').subarray(0, 255);
      return [Buffer.from([bytes.length]), bytes];
    }),
  );
}
