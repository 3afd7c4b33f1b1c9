import { findingKinds, type FindingKind } from '../../smoke/finding-kinds.ts';
import type { SmokeReport } from '../../smoke/smoke-test.ts';

/** The findings of several reports, worst first, each with what to do. */
export function findingsText(reports: readonly SmokeReport[]): string {
  const rank = { error: 0, warning: 1, info: 2 } as const;
  return reports
    .flatMap(({ name, findings }) => findings.map((finding) => ({ name, finding })))
    .sort((a, b) => rank[a.finding.severity] - rank[b.finding.severity])
    .map(({ name, finding }) => {
      const { kind, severity, message, evidence = [], excused } = finding;
      const advice =
        excused === undefined ? (isKind(kind) ? findingKinds[kind].advice : '') : `accepted: ${excused}`;
      return [
        `\n${severity} ${name}: ${message} [${kind}]`,
        ...evidence.slice(-12).map((line) => `    ${line}`),
        `  ${advice}`,
        '',
      ].join('\n');
    })
    .join('');
}

function isKind(kind: string): kind is FindingKind {
  return kind in findingKinds;
}
