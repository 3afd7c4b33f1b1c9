import { isOpen, type ScannedHole, type ScanReport } from '../../scan/scan.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { table } from './table.ts';

/** What a scan has found, for people: holes as a table, then what was asked and what was not. */
export function scanPage(report: ScanReport): string {
  const rows = report.servers.flatMap(({ server, holes }) => holes.map((hole) => rowOf(server, hole)));
  const holes =
    rows.length === 0 ? '' : `${table(['server', 'severity', 'hole', 'in', 'fixed in', ''], rows)}\n`;
  return `${holes}${[summaryOf(report), ...askedOf(report), ...uncheckedOf(report), ...refusedOf(report)].join('\n')}\n`;
}

function rowOf(server: string, hole: ScannedHole): string[] {
  const { severity, id, aliases, name, version, fixed, exception, summary } = hole;
  const cve = aliases.find((alias) => alias.startsWith('CVE-'));
  const note =
    exception === undefined
      ? summary
      : `${exception.state === 'holds' ? 'excepted' : 'exception EXPIRED,'} until ${exception.until}: ${exception.reason}`;
  return [
    server,
    severity,
    cve === undefined ? id : `${id} (${cve})`,
    `${name} ${version}`,
    fixed ?? '–',
    oneLine(note, 80),
  ];
}

function summaryOf({ servers }: ScanReport): string {
  const open = servers.map(({ holes }) => holes.filter(isOpen).length);
  const count = open.reduce((sum, next) => sum + next, 0);
  const excepted = servers.flatMap(({ holes }) => holes).length - count;
  const withHoles = open.filter((holes) => holes > 0).length;
  return [
    `${String(count)} known holes in ${String(withHoles)} of ${String(servers.length)} servers`,
    ...(excepted === 0 ? [] : [`${String(excepted)} excepted`]),
  ].join(', ');
}

function askedOf({ sources, newest }: ScanReport): string[] {
  const days = Object.entries(newest).map(
    ([ecosystem, day]) => `${ecosystem}${day === '' ? '' : ` up to ${day}`}`,
  );
  if (sources.length === 0) return ['nothing was asked'];
  return [`asked: ${sources.join(', ')} (${days.join(', ') || 'no record of ours'})`];
}

function uncheckedOf({ servers }: ScanReport): string[] {
  const counts = new Map<string, number>();
  for (const { ecosystem, packages } of servers.flatMap(({ unchecked }) => unchecked))
    counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + packages);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([ecosystem, packages]) =>
        `NOT CHECKED: ${String(packages)} packages of ${ecosystem} (--advisories hands over records)`,
    );
}

/** More says nothing new. */
const shownRefusals = 10;

function refusedOf({ refused }: ScanReport): string[] {
  const rest = refused.length - shownRefusals;
  return [
    ...refused
      .slice(0, shownRefusals)
      .map(({ name, reason }) => `NOT READ: ${oneLine(name, 120)}: ${oneLine(reason, 160)}`),
    ...(rest > 0 ? [`NOT READ: ${String(rest)} more`] : []),
  ];
}
