import type { Attempt } from '../egress/attempt.ts';
import type { Dial } from '../egress/dial.ts';
import { policyOf, type Policy } from '../egress/policy.ts';
import type { PermittedRule } from '../egress/rules.ts';
import { isHostName } from '../lib/host-rule.ts';
import type { Sinkhole } from '../test-session/sinkhole.ts';

/** A host that the server looked for, all its attempts together. */
export interface Host {
  readonly name: string;
  /** Undefined if it only asked for the name. */
  readonly port: number | undefined;
  readonly declared: boolean;
  readonly attempts: number;
  /** What the first bytes looked like. */
  readonly speaks: 'TLS' | 'HTTP' | 'other' | 'nothing';
  /** Of a name inside TLS or HTTP: the declared host to which the connection was made. */
  readonly behind?: string;
  /** Why it was not looked into, if a connection to it did not say whom it is for. */
  readonly hidden?: string;
  /** Tools during whose calls it was tried; `start` is the time before the first. */
  readonly during: readonly string[];
}

/**
 * Beside the declared ports, those a server may try: a connection is only seen where the relay listens (at most 64).
 * None that servers like to listen on themselves (3000, 8000, 8080): there the relay would be in their way.
 */
const usualPorts = [
  443, 80, 8443, 21, 22, 25, 110, 143, 389, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2049, 3128, 3306, 4222,
  4317, 4318, 5222, 5432, 5671, 5672, 6333, 6379, 6443, 7687, 8086, 8088, 8125, 8200, 8529, 8883, 9092, 9200,
  9418, 11211, 19530, 27017,
];
const maxHosts = 500;
const httpStart = /^(GET|POST|PUT|PATCH|HEAD|DELETE|OPTIONS|CONNECT) /;

/**
 * The rules of a recording tunnel: what is declared, and behind it every name on many ports, all led to a sinkhole.
 * `own` is the port that the server itself listens on.
 */
export function recordingRules(declared: readonly PermittedRule[], own: number | undefined): PermittedRule[] {
  const ports = [...new Set([...declared.flatMap((rule) => rule.ports), ...usualPorts])]
    .filter((port) => port !== own)
    .slice(0, 64);
  return [...declared, { kind: 'any', name: '', ports, private: 'refused' }];
}

interface Record {
  readonly name: string;
  readonly port: number | undefined;
  attempts: number;
  speaks: Host['speaks'];
  behind?: string;
  hidden?: string;
  readonly during: Set<string>;
}

/** Writes down what a server looks for. With a `live` dial the declared hosts are real; all others never are. */
export class Recorder {
  readonly dial: Dial;
  readonly #policy: Policy;
  readonly #records = new Map<string, Record>();
  #during = 'start';

  constructor(declared: readonly PermittedRule[], sinkhole: Sinkhole, live: Dial | undefined) {
    this.#policy = policyOf(declared);
    this.dial = (request) => {
      this.#take(request.name, request.port);
      const real = live !== undefined && this.#declared(request.name, request.port);
      return real ? live(request) : sinkhole.dial(request);
    };
    sinkhole.onTalk = (name, port, bytes) => {
      const record = this.#records.get(keyOf(name, port));
      if (record !== undefined) record.speaks = languageOf(bytes);
    };
  }

  /** What the recording tunnel permits: all of `rules`, but inside a declared host no other name than in earnest. */
  policyFor(rules: readonly PermittedRule[]): Policy {
    const namesWithin: Policy['namesWithin'] = (name, port) =>
      this.#declared(name, port) ? this.#policy.namesWithin(name, port) : 'any';
    return { ...policyOf(rules), namesWithin };
  }

  /** What is tried from now on belongs to this tool. */
  use(tool: string | undefined): void {
    this.#during = tool ?? 'start';
  }

  /** Of connections the dial tells; here the rest: names without a connection, ports that no rule names. */
  readonly attempt = ({ what, name, port, verdict, wanted, reason }: Attempt): void => {
    // No entry can declare an address, or its own container.
    if (!isHostName(name) || name === 'localhost') return;
    if (wanted !== undefined) this.#take(wanted, port).behind = name;
    // It was permitted and dialled, so the dial has told of it; refused was what came then.
    else if (verdict === 'refused' && port !== undefined && this.#declared(name, port))
      this.#take(name, port).hidden = reason ?? '';
    else if (what === 'lookup' || verdict === 'refused') this.#take(name, port);
  };

  /** Sorted by name; a name that was also connected to is told once. */
  hosts(): Host[] {
    const records = [...this.#records.values()];
    const connected = new Set(records.filter(({ port }) => port !== undefined).map(({ name }) => name));
    return records
      .filter(({ name, port }) => port !== undefined || !connected.has(name))
      .map(({ name, port, attempts, speaks, during, behind, hidden }) => ({
        name,
        port,
        declared: this.#declared(name, port),
        attempts,
        speaks,
        during: [...during],
        ...(behind === undefined ? {} : { behind }),
        ...(hidden === undefined ? {} : { hidden }),
      }))
      .sort((a, b) => a.name.localeCompare(b.name) || (a.port ?? 0) - (b.port ?? 0));
  }

  #declared(name: string, port: number | undefined): boolean {
    if (port === undefined) return this.#policy.knows(name);
    return this.#policy.permits(name, port).verdict === 'permitted';
  }

  /** Beyond the most it is written down and forgotten. */
  #take(name: string, port: number | undefined): Record {
    const key = keyOf(name, port);
    const known = this.#records.get(key);
    const record: Record = known ?? { name, port, attempts: 0, speaks: 'nothing', during: new Set<string>() };
    record.attempts++;
    record.during.add(this.#during);
    if (known !== undefined || this.#records.size < maxHosts) this.#records.set(key, record);
    return record;
  }
}

function keyOf(name: string, port: number | undefined): string {
  return `${name} ${String(port ?? '')}`;
}

function languageOf(bytes: Buffer): Host['speaks'] {
  // A TLS record of the handshake (RFC 8446, 5.1).
  if (bytes[0] === 22 && bytes[1] === 3) return 'TLS';
  return httpStart.test(bytes.toString('latin1', 0, 10)) ? 'HTTP' : 'other';
}
