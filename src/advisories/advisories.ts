import { messageOf } from '../lib/errors.ts';
import { nonsenseOf } from './affected.ts';
import { isEcosystem, normalName, type Ecosystem, type Identity } from './identity.ts';
import { OsvOutline, OsvRecord, type OsvAffected } from './osv-record.ts';
import type { RecordFile } from './record-files.ts';

/** What one record says of one package. */
export interface Advisory {
  readonly record: OsvRecord;
  readonly affected: OsvAffected;
}

/** A record that can't be understood, although it may be about a package of ours. */
export interface RefusedRecord {
  /** The file, and the record's id where it has one. */
  readonly name: string;
  readonly reason: string;
}

export interface Advisories {
  /** Of a package, by `keyOf`. */
  readonly byPackage: ReadonlyMap<string, readonly Advisory[]>;
  /** The ecosystems that there is a record of, and the day of the newest. */
  readonly newest: ReadonlyMap<Ecosystem, string>;
  readonly records: number;
  readonly refused: readonly RefusedRecord[];
}

export function keyOf({ ecosystem, name }: Pick<Identity, 'ecosystem' | 'name'>): string {
  return `${ecosystem} ${name}`;
}

/**
 * Sorts out the records about `wanted` (keys); of all others only the ecosystem is noted. `answered`: ecosystems that a
 * service was asked about and the day, of which there may be no record because there is no hole.
 */
export async function gatherAdvisories(
  files: AsyncIterable<RecordFile>,
  wanted: ReadonlySet<string>,
  answered: ReadonlyMap<Ecosystem, string> = new Map(),
): Promise<Advisories> {
  const byPackage = new Map<string, Advisory[]>();
  const newest = new Map<Ecosystem, string>(answered);
  const refused: RefusedRecord[] = [];
  let records = 0;
  for await (const file of files) {
    records++;
    const read = readFile(file, wanted);
    if (read.kind === 'refused') refused.push(read.refused);
    if (read.kind !== 'read') continue;
    for (const ecosystem of read.ecosystems) {
      const before = newest.get(ecosystem) ?? '';
      newest.set(ecosystem, read.day > before ? read.day : before);
    }
    for (const [key, advisory] of read.found) byPackage.set(key, [...(byPackage.get(key) ?? []), advisory]);
    refused.push(...read.refused);
  }
  return { byPackage, newest, records, refused };
}

type Read =
  | { readonly kind: 'refused'; readonly refused: RefusedRecord }
  | {
      readonly kind: 'read';
      readonly ecosystems: readonly Ecosystem[];
      /** `YYYY-MM-DD`, empty where it does not say. */
      readonly day: string;
      readonly found: readonly (readonly [key: string, advisory: Advisory])[];
      readonly refused: readonly RefusedRecord[];
    };

function readFile({ name, text }: RecordFile, wanted: ReadonlySet<string>): Read {
  if (text === undefined) return refuse(name, 'it is too large for a record');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(name, messageOf(error));
  }
  const outline = OsvOutline.safeParse(value);
  if (!outline.success)
    return refuse(name, 'expected an OSV record with an id and a list of what is affected');
  const { id, modified, affected } = outline.data;
  const keys = (affected ?? []).flatMap(({ package: named }) => keyOfPackage(named) ?? []);
  const known = [...new Set(keys.map(({ ecosystem }) => ecosystem))];
  const day = dayOf(modified) ?? '';
  const rest = keys.some(({ key }) => wanted.has(key))
    ? readWhole(value, { name: `${name} (${id})`, wanted })
    : { found: [], refused: [] };
  return { kind: 'read', ecosystems: known, day, ...rest };
}

/** `YYYY-MM-DD`. The module of Go's database has the year 1 wherever its website has a day. */
export function dayOf(time: string | null | undefined): string | undefined {
  const day = /^\d{4}-\d\d-\d\d/.exec(time ?? '')?.[0];
  return day?.startsWith('0001') === true ? undefined : day;
}

function refuse(name: string, reason: string): Read {
  return { kind: 'refused', refused: { name, reason } };
}

function keyOfPackage(
  named: { readonly ecosystem: string; readonly name: string } | undefined,
): { readonly ecosystem: Ecosystem; readonly key: string } | undefined {
  if (named === undefined || !isEcosystem(named.ecosystem)) return undefined;
  const { ecosystem } = named;
  return { ecosystem, key: keyOf({ ecosystem, name: normalName(ecosystem, named.name) }) };
}

function readWhole(
  value: unknown,
  { name, wanted }: { readonly name: string; readonly wanted: ReadonlySet<string> },
): { readonly found: readonly (readonly [string, Advisory])[]; readonly refused: readonly RefusedRecord[] } {
  const parsed = OsvRecord.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an OSV record'}`;
    return { found: [], refused: [{ name, reason }] };
  }
  const record = parsed.data;
  if (record.withdrawn != null) return { found: [], refused: [] };
  const found: (readonly [string, Advisory])[] = [];
  const refused: RefusedRecord[] = [];
  for (const affected of record.affected ?? []) {
    const place = keyOfPackage(affected.package);
    if (place === undefined || !wanted.has(place.key)) continue;
    const reason = nonsenseOf(affected, place.ecosystem);
    if (reason === undefined) found.push([place.key, { record, affected }]);
    else refused.push({ name, reason });
  }
  return { found, refused };
}
