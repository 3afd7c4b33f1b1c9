import type { Finding } from '../../lib/finding.ts';
import type { Input } from '../../lib/input.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { updateFindingKinds } from '../../pipeline/update-findings.ts';
import { findingKinds } from '../../smoke/finding-kinds.ts';
import { hintText } from '../flags.ts';

interface Advice {
  readonly advice: string;
  readonly inputs?: readonly Input[];
}

const advices: Readonly<Record<string, Advice | undefined>> = {
  ...findingKinds,
  ...updateFindingKinds,
};

/** Characters of a line of evidence; `--json` has it whole. */
const widest = 200;

/** The findings of several reports, worst first, each with what to do. */
export function findingsText(
  reports: readonly { readonly name: string; readonly findings: readonly Finding[] }[],
): string {
  const rank = { error: 0, warning: 1, info: 2 } as const;
  return reports
    .flatMap(({ name, findings }) => findings.map((finding) => ({ name, finding })))
    .sort((a, b) => rank[a.finding.severity] - rank[b.finding.severity])
    .map(({ name, finding }) => {
      const { kind, severity, message, evidence = [], excused } = finding;
      const advice =
        excused === undefined
          ? (hintText(advices[kind]?.advice, advices[kind]?.inputs) ?? '')
          : `accepted: ${oneLine(excused)}`;
      return [
        `\n${severity} ${name}: ${oneLine(message)} [${kind}]`,
        ...evidence.slice(-12).map((line) => `    ${oneLine(line, widest)}`),
        `  ${advice}`,
        '',
      ].join('\n');
    })
    .join('');
}
