import { isMet } from '../expectations.ts';
import { finding } from '../finding-kinds.ts';
import type { Check, Observation } from '../observation.ts';

/** What is declared works, and nothing else does: measured by a probe in the server's own container. */
export const declaredAndNoMore: Check = ({ probed }) => {
  if (probed === undefined) return [];
  if (probed.failure !== undefined) return [finding('not-probed', probed.failure)];
  const unmet = unmetOf(probed);
  const declared = unmet.filter(({ expected }) => expected === 'ok' || expected === 'greeting');
  const leaks = unmet.filter(({ expected }) => expected === 'no' || expected === 'absent');
  return [
    ...(declared.length > 0
      ? [
          finding(
            'declared-but-closed',
            `${String(declared.length)} declared permission(s) do not work in the sandbox`,
            declared.map(({ line }) => line),
          ),
        ]
      : []),
    ...(leaks.length > 0
      ? [
          finding(
            'sandbox-leaks',
            `${String(leaks.length)} thing(s) that are not declared can be reached from the sandbox`,
            leaks.map(({ line }) => line),
          ),
        ]
      : []),
  ];
};

function unmetOf({ results, greeting }: NonNullable<Observation['probed']>): {
  readonly expected: string;
  readonly line: string;
}[] {
  return results
    .filter(({ expectation, answer }) => !isMet(expectation, answer, greeting))
    .map(({ expectation, answer }) => {
      const detail = answer.detail.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
      return { expected: expectation.expected, line: `${expectation.says}: ${answer.verdict} ${detail}` };
    });
}

/** It looks for hosts that its entry does not declare. What it looks for in its own container is nobody's permission. */
export const asksOnlyDeclared: Check = ({ attempts }) => {
  const refused = attempts.filter(({ verdict, name }) => verdict === 'refused' && name !== 'localhost');
  const names = [
    ...new Set(refused.map(({ name, port }) => (port === undefined ? name : `${name}:${String(port)}`))),
  ];
  if (names.length === 0) return [];
  return [finding('undeclared-host', `it looked for ${String(names.length)} host(s) in vain`, names.sort())];
};
