import { columns, type Column } from './columns.ts';
import type { Outcome, Verdict } from './evidence.ts';
import type { Row } from './suite.ts';

const outcomes: readonly Outcome[] = ['stopped', 'contained', 'SUCCEEDED', 'unproved', 'n/a'];
const widths = { title: 62, cell: 13 };

/** The table as text: a row for each attempt, a column for each way of starting a server. */
export function reportText(rows: readonly Row[]): string {
  const shown = columns.filter((column) => rows[0]?.verdicts.has(column));
  const head = `${''.padEnd(widths.title)}${shown.map((column) => column.padEnd(widths.cell)).join('')}seen with mcpcat\n`;
  const groups = [...new Set(rows.map(({ group }) => group))];
  const body = groups.map((group) => {
    const own = rows.filter((row) => row.group === group);
    return `\n${group}\n${own.map((row) => rowText(row, shown)).join('')}`;
  });
  return `${head}${body.join('')}\n${totalsText(rows, shown)}${knownText(rows)}${reasonsText(rows)}`;
}

function rowText({ title, known, verdicts }: Row, shown: readonly Column[]): string {
  const cells = shown.map((column) => (verdicts.get(column)?.outcome ?? '').padEnd(widths.cell));
  const mark = known === undefined ? '' : ' (known)';
  return `  ${`${title}${mark}`.padEnd(widths.title - 2)}${cells.join('')}${verdicts.get('mcpcat')?.detail ?? ''}\n`;
}

function totalsText(rows: readonly Row[], shown: readonly Column[]): string {
  const count = (column: Column, outcome: Outcome): number =>
    rows.filter(({ verdicts }) => verdicts.get(column)?.outcome === outcome).length;
  const lines = outcomes.map((outcome) => {
    const cells = shown.map((column) => String(count(column, outcome)).padEnd(widths.cell));
    return `${outcome.padEnd(widths.title)}${cells.join('')}\n`;
  });
  return `${String(rows.length)} attempts\n${lines.join('')}`;
}

function knownText(rows: readonly Row[]): string {
  return rows
    .filter(({ known }) => known !== undefined)
    .map(({ title, known }) => `known: ${title}: ${known ?? ''}\n`)
    .join('');
}

/** Why a row has no meaning for a column; such cells count for nobody. */
function reasonsText(rows: readonly Row[]): string {
  const reasons = rows.flatMap(({ title, verdicts }) =>
    [...verdicts].flatMap(([column, { outcome, detail }]) =>
      outcome === 'n/a' ? [{ title, why: `${column}: ${detail}` }] : [],
    ),
  );
  const whys = [...new Set(reasons.map(({ why }) => why))];
  return whys
    .map((why) => `not applicable: ${why}: ${String(reasons.filter((one) => one.why === why).length)} rows\n`)
    .join('');
}

/** For machines. */
export function reportJson(rows: readonly Row[]): string {
  const plain = rows.map(({ verdicts, ...row }) => ({
    ...row,
    verdicts: Object.fromEntries<Verdict>([...verdicts]),
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}
