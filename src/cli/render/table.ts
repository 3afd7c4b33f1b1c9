import { oneLine } from '../../lib/plain-text.ts';

/** Rows as aligned columns; the last column is not padded. A cell is one line, whoever wrote it. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows.map((row) => row.map(cellOf))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** No narrower: what is left of a cell still says something. */
const narrowest = 12;

/** The same in so many columns: those that are named by their index are cut, the widest first, until a line fits. */
export function fittedTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { columns, cut }: { readonly columns: number; readonly cut: readonly number[] },
): string {
  const cells = rows.map((row) => row.map(cellOf));
  const widths = header.map((_, column) =>
    Math.max(...[header, ...cells].map((row) => (row[column] ?? '').length)),
  );
  const widthOf = (column: number): number => widths[column] ?? 0;
  let over = widths.reduce((sum, width) => sum + width, 2 * (header.length - 1)) - columns;
  while (over > 0) {
    const [widest = 0] = cut.toSorted((a, b) => widthOf(b) - widthOf(a));
    if (widthOf(widest) <= narrowest) break;
    widths[widest] = widthOf(widest) - 1;
    over -= 1;
  }
  const shown = (cell: string, column: number): string =>
    cell.length <= widthOf(column) ? cell : `${cell.slice(0, widthOf(column) - 1).toWellFormed()}…`;
  return table(
    header,
    cells.map((row) => row.map(shown)),
  );
}

/** Its first spaces are ours: they indent. */
function cellOf(text: string): string {
  return `${/^ */.exec(text)?.[0] ?? ''}${oneLine(text)}`;
}
