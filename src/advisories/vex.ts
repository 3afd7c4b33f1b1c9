import path from 'node:path';
import { z } from 'zod';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { textIfThere } from '../lib/if-there.ts';
import type { Hole } from './holes.ts';

const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;

const Statement = z
  .object({
    vulnerability: z.object({ name: z.string().min(1), aliases: z.array(z.string()).optional() }),
    products: z.array(z.object({ '@id': z.string().startsWith('pkg:', 'expected a package URL') })).min(1),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    justification: z.enum(justifications).optional(),
    impact_statement: z.string().optional(),
    status_notes: z.string().optional(),
  })
  .superRefine((statement, context) => {
    if (statement.status !== 'not_affected') return;
    if (statement.justification === undefined)
      context.addIssue({
        code: 'custom',
        path: ['justification'],
        message: `expected one of ${justifications.join(', ')}`,
      });
    if ((statement.impact_statement ?? '').trim() === '')
      context.addIssue({
        code: 'custom',
        path: ['impact_statement'],
        message: 'expected the reason, in words',
      });
    if (untilOf(statement.status_notes) === undefined)
      context.addIssue({ code: 'custom', path: ['status_notes'], message: 'expected "until YYYY-MM-DD"' });
  });
type Statement = z.infer<typeof Statement>;

/**
 * `catalog/NAME/vex.json`: an OpenVEX document (github.com/openvex/spec, 0.2.0) in which people say that a known hole is
 * none in this server. We want more than the format: each such statement has a reason in words, and a day on which
 * somebody looks again (`status_notes: "until 2027-03-01"`).
 */
const Vex = z.object({
  '@context': z.string().startsWith('https://openvex.dev/ns'),
  '@id': z.string(),
  author: z.string().min(1),
  timestamp: z.string(),
  version: z.number().int().positive(),
  statements: z.array(Statement).max(1000),
});
export type Vex = z.infer<typeof Vex>;

/** A day, `YYYY-MM-DD`; undefined where the notes name none. */
function untilOf(notes: string | undefined): string | undefined {
  const day = /^until (\d{4}-\d\d-\d\d)$/.exec(notes ?? '')?.[1];
  return day === undefined || Number.isNaN(Date.parse(day)) ? undefined : day;
}

/** Undefined where there is none. Throws `entry-invalid`: a file that nobody understands excuses nothing. */
export async function readVex(folder: string): Promise<Vex | undefined> {
  const file = path.join(folder, 'vex.json');
  const text = await textIfThere(file);
  return text === undefined ? undefined : parseVex(text, file);
}

export function parseVex(text: string, file: string): Vex {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new McpcatError('entry-invalid', `${file}: ${messageOf(error)}`, { cause: error });
  }
  const parsed = Vex.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new McpcatError(
    'entry-invalid',
    `${file}: expected OpenVEX with a reason and an end for each exception`,
    {
      detail: parsed.error.issues.slice(0, 10).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    },
  );
}

/** Why a hole counts for nothing in this server, and until when; an exception whose day has come counts for nothing itself. */
export interface VexException {
  readonly reason: string;
  readonly justification: string;
  /** `YYYY-MM-DD`; the last day on which it holds. */
  readonly until: string;
  readonly state: 'holds' | 'expired';
}

/** `today` is `YYYY-MM-DD`. One that holds goes before one that has expired. */
export function exceptionFor(hole: Hole, vex: Vex | undefined, today: string): VexException | undefined {
  const found = (vex?.statements ?? [])
    .filter((statement) => statement.status === 'not_affected' && speaksOf(statement, hole))
    .map((statement): VexException => {
      const until = untilOf(statement.status_notes) ?? '';
      return {
        reason: statement.impact_statement ?? '',
        justification: statement.justification ?? '',
        until,
        state: today <= until ? 'holds' : 'expired',
      };
    });
  return found.find(({ state }) => state === 'holds') ?? found[0];
}

function speaksOf({ vulnerability, products }: Statement, hole: Hole): boolean {
  const names = new Set([vulnerability.name, ...(vulnerability.aliases ?? [])]);
  return (
    [hole.id, ...hole.aliases].some((name) => names.has(name)) &&
    products.some(({ '@id': product }) => isProduct(product, hole.ref))
  );
}

/** A package URL without a version stands for all versions, and without qualifiers for all architectures. */
function isProduct(product: string, ref: string): boolean {
  const [withoutQualifiers = ''] = ref.split('?');
  const wanted = spelled(product);
  return [ref, withoutQualifiers, withoutQualifiers.replace(/@[^@/]*$/, '')].some(
    (one) => spelled(one) === wanted,
  );
}

/**
 * One spelling of a package URL: what writes `1.0+b1` and what writes `1.0%2Bb1` mean one version
 * (findings/packageurl-plus.sh). A slash that is encoded is part of a name and stays so.
 */
function spelled(purl: string): string {
  return purl.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return /%2f/i.test(run) ? run : decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
