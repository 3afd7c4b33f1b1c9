/** How a text is written, so that what is put into it looks like the rest. */
export interface Layout {
  readonly lineEnd: '\n' | '\r\n';
  /** One step of indentation. */
  readonly step: string;
}

export function layoutOf(text: string): Layout {
  const lines = text.split('\n');
  const windows = lines.filter((line) => line.endsWith('\r')).length;
  // The first indented line that is no continuation of a comment: as a rule that of the first key.
  const step = lines.map((line) => /^([ \t]+)[^\s*]/.exec(line)?.[1]).find((found) => found !== undefined);
  return { lineEnd: windows * 2 > lines.length - 1 ? '\r\n' : '\n', step: step ?? '  ' };
}

/** Everything of `block` but its first line moves right by `indent`; lines end as the layout has it. */
export function indented(block: string, indent: string, { lineEnd }: Layout): string {
  return block
    .split('\n')
    .map((line, index) => (index === 0 || line === '' ? line : indent + line))
    .join(lineEnd);
}

/** The blanks in front of an offset, if nothing else is there; undefined if something is. */
export function indentAt(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const lead = text.slice(start, offset);
  return /^[ \t\uFEFF]*$/.test(lead) ? lead.replace('\uFEFF', '') : undefined;
}

/** Offset of the end of the line that holds `offset`, before its line end. */
export function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' && newline > offset ? newline - 1 : newline;
}

/** Offset behind the line end of the line that holds `offset`. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Edits must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
}
