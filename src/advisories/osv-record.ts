import { z } from 'zod';

const maxEvents = 10_000;
const maxVersions = 100_000;
const maxAffected = 5_000;
const maxText = 100_000;

const text = z.string().max(maxText);
const Event = z
  .strictObject({
    introduced: text.optional(),
    fixed: text.optional(),
    last_affected: text.optional(),
    limit: text.optional(),
  })
  .refine(
    (event) => Object.keys(event).length === 1,
    'expected one of introduced, fixed, last_affected, limit',
  );
export type OsvEvent = z.infer<typeof Event>;

const Range = z.object({
  type: z.enum(['SEMVER', 'ECOSYSTEM', 'GIT']),
  events: z.array(Event).min(1).max(maxEvents),
});

const Severity = z.object({ type: text, score: text });
const Specific = z.object({ severity: z.unknown().optional(), urgency: z.unknown().optional() });

const Affected = z.object({
  package: z.object({ ecosystem: text, name: text }).optional(),
  ranges: z.array(Range).max(maxEvents).nullish(),
  versions: z.array(text).max(maxVersions).nullish(),
  severity: z.array(Severity).nullish(),
  ecosystem_specific: Specific.nullish(),
  database_specific: Specific.nullish(),
});
export type OsvAffected = z.infer<typeof Affected>;

/** A record of Open Source Vulnerabilities (ossf.github.io/osv-schema); only what is read, and bounded. */
export const OsvRecord = z.object({
  id: z.string().min(1).max(200),
  modified: text.nullish(),
  published: text.nullish(),
  withdrawn: text.nullish(),
  aliases: z.array(z.string().max(200)).max(1000).nullish(),
  summary: text.nullish(),
  severity: z.array(Severity).nullish(),
  affected: z.array(Affected).max(maxAffected).nullish(),
  database_specific: Specific.nullish(),
});
export type OsvRecord = z.infer<typeof OsvRecord>;

/** The little that tells whether a record is about a package of ours; whatever form the rest has. */
export const OsvOutline = z.object({
  id: z.string().min(1).max(200),
  modified: z.string().nullish(),
  affected: z
    .array(z.object({ package: z.object({ ecosystem: z.string(), name: z.string() }).optional() }))
    .max(maxAffected)
    .nullish(),
});
