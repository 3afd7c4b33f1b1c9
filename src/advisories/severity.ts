import type { OsvAffected, OsvRecord } from './osv-record.ts';

export const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Severity = (typeof severities)[number];

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  unimportant: 'low',
};

/** As the database says it in a word, else by the base score of its CVSS 3 vector, else unknown (Go's says none). */
export function severityOf(record: OsvRecord, affected: OsvAffected): Severity {
  const said = [affected.ecosystem_specific, affected.database_specific, record.database_specific]
    .flatMap((specific) => [specific?.severity, specific?.urgency])
    .filter((word) => typeof word === 'string')
    .map((word) => words[word.toLowerCase()])
    .find((word) => word !== undefined);
  if (said !== undefined) return said;
  const scores = [...(affected.severity ?? []), ...(record.severity ?? [])].flatMap(
    ({ score }) => baseScore(score) ?? [],
  );
  return scores.length === 0 ? 'unknown' : rating(Math.max(...scores));
}

/** first.org/cvss/v3.1/specification-document, section 5. */
function rating(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return 'low';
}

const weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const;
/** Privileges count for more where the damage leaves the component. */
const privilegesOutside: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };

/** The base score of a CVSS 3.0 or 3.1 vector (section 7.1); undefined for what is none. */
export function baseScore(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\//.test(vector)) return undefined;
  const metrics = new Map(vector.split('/').map((part) => part.split(':') as [string, string]));
  const outside = metrics.get('S') === 'C';
  const weight = (name: keyof typeof weights): number => {
    const table: Readonly<Record<string, number>> =
      name === 'PR' && outside ? privilegesOutside : weights[name];
    return table[metrics.get(name) ?? ''] ?? Number.NaN;
  };
  const impactBase = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = outside ? 7.52 * (impactBase - 0.029) - 3.25 * (impactBase - 0.02) ** 15 : 6.42 * impactBase;
  const exploitability = 8.22 * weight('AV') * weight('AC') * weight('PR') * weight('UI');
  if (Number.isNaN(impact + exploitability)) return undefined;
  if (impact <= 0) return 0;
  return roundUp(Math.min(outside ? 1.08 * (impact + exploitability) : impact + exploitability, 10));
}

/** To one decimal, upwards, without the errors of binary fractions (appendix A). */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
