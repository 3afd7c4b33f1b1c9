import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';
import { ecosystems } from './identity.ts';
import { severities } from './severity.ts';

const Day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const ecosystem = z.enum(ecosystems);

/**
 * `catalog/NAME/scan.json`: what was known of a release on a day. Written by `mcpcat scan --record` alone, where at
 * least one ecosystem could be asked about.
 */
const ScanRecord = z.strictObject({
  scanVersion: z.literal(1),
  /** The release of the server. */
  version: z.string(),
  date: Day,
  sources: z.array(z.string()),
  /** Ecosystems that records were there of, and how many packages of each are in the image. */
  checked: z.array(z.strictObject({ ecosystem, packages: z.number().int() })),
  unchecked: z.array(z.strictObject({ ecosystem, packages: z.number().int() })),
  holes: z.array(
    z.strictObject({
      id: z.string(),
      aliases: z.array(z.string()),
      severity: z.enum(severities),
      ecosystem,
      name: z.string(),
      version: z.string(),
      fixed: z.string().nullable(),
      /** Day on which it was made known, or else on which we first saw it. */
      known: Day.optional(),
      /** Day on which its exception ends; null without one that holds. */
      exceptedUntil: Day.nullable(),
    }),
  ),
});
export type ScanRecord = z.infer<typeof ScanRecord>;

export function scanRecordFile(folder: string): string {
  return path.join(folder, 'scan.json');
}

export function scanRecordText(record: ScanRecord): string {
  return jsonText(record);
}

/** Undefined if there is none, or one that this mcpcat does not understand: then nobody has looked. */
export async function readScanRecord(folder: string): Promise<ScanRecord | undefined> {
  try {
    return ScanRecord.parse(JSON.parse(await readFile(scanRecordFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

/** What was found, for people, in one sentence. `version` is the release that they ask about, `today` the day. */
export function scanSentence(
  record: ScanRecord | undefined,
  {
    name,
    version,
    today,
  }: { readonly name: string; readonly version: string | null; readonly today: string },
): string {
  if (record === undefined) return `Known holes: nobody has looked (mcpcat scan ${name})`;
  if (record.version !== version)
    return `Known holes: last looked at ${record.version}, another release (mcpcat scan ${name})`;
  const open = openHoles(record, today);
  const fixable = open.filter(({ fixed }) => fixed !== null).length;
  const found =
    open.length === 0
      ? 'none'
      : `${String(open.length)}, ${String(fixable)} of them fixed in a later release`;
  const excepted = record.holes.length - open.length;
  const asked = record.checked.map((one) => one.ecosystem).join(', ');
  const rest = record.unchecked.map(
    ({ ecosystem: other, packages }) => `${String(packages)} packages of ${other}`,
  );
  return [
    `Known holes on ${record.date} in ${asked}: ${found}`,
    ...(excepted === 0 ? [] : [`${String(excepted)} excepted`]),
    ...(rest.length === 0 ? [] : [`not checked: ${rest.join(', ')}`]),
  ].join('; ');
}

/** Those that no exception excuses on that day. */
export function openHoles({ holes }: ScanRecord, today: string): ScanRecord['holes'] {
  return holes.filter(({ exceptedUntil }) => exceptedUntil === null || exceptedUntil < today);
}
