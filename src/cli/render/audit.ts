import type { AuditReport } from '../../audit/report.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { table } from './table.ts';

/** An audit for people: what was done, what that took, what differs from the entry, and the patch. */
export function auditText(report: AuditReport): string {
  const { name, live, tools, failure, hosts, writes, processes } = report;
  const outcomes = ['answered', 'error', 'no-answer', 'left-out'] as const;
  const counts = outcomes
    .map((outcome) => [outcome, tools.filter((tool) => tool.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${String(count)} ${outcome}`);
  return [
    `${name}: ${String(tools.length)} tools (${counts.join(', ') || 'none'}), ${
      live ? 'with the real declared hosts' : 'every host a sinkhole: nothing was sent anywhere'
    }`,
    ...(failure === undefined ? [] : [`It did not get to the end: ${printable(failure)}`]),
    '',
    ...(hosts.length === 0 ? ['Hosts: it looked for none.'] : ['Hosts:', hostTable(hosts)]),
    ...list('Files below its writable folders', writes.inside),
    ...list('Files below its home, which is read-only when it runs', writes.outside),
    ...list('Paths it could not write', writes.refused),
    ...list('Processes', processes),
    ...verdict(report),
    '',
  ].join('\n');
}

function hostTable(hosts: AuditReport['hosts']): string {
  const rows = hosts.map(({ name, port, declared, attempts, speaks, during, behind, hidden }) => [
    `  ${name}${port === undefined ? '' : `:${String(port)}`}`,
    declared ? 'declared' : 'NOT DECLARED',
    behind !== undefined
      ? `behind ${behind}`
      : (hidden ?? (port === undefined ? 'asked for' : speaks === 'nothing' ? 'connected' : speaks)),
    String(attempts),
    during.slice(0, 4).join(', ') + (during.length > 4 ? ` and ${String(during.length - 4)} more` : ''),
  ]);
  return table(['  host', '', 'seen', 'times', 'during'], rows).trimEnd();
}

const shown = 12;

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > shown ? [`  and ${String(lines.length - shown)} more (--json shows all)`] : [];
  return [`${title}:`, ...lines.slice(0, shown).map((line) => `  ${printable(line)}`), ...rest];
}

function verdict({ undeclared, unused, patch, live }: AuditReport): string[] {
  const tried = [...undeclared.network, ...undeclared.writable];
  const idle = [...unused.network, ...unused.writable];
  return [
    '',
    tried.length === 0 ? 'Everything it tried is declared.' : `Tried and not declared: ${tried.join(', ')}`,
    ...(idle.length === 0
      ? []
      : [
          `Declared and not used${live ? '' : ' here (a sinkhole answers nothing, so this proves little)'}: ${idle.join(', ')}`,
        ]),
    ...(patch === '' ? [] : ['', 'A patch for the entry, if that is right (git apply):', patch.trimEnd()]),
  ];
}

function printable(text: string): string {
  return oneLine(text, 300);
}
