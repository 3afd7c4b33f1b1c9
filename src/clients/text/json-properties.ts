import { createScanner, type Node, type SyntaxKind } from 'jsonc-parser';
import { endOfLine, indentAt, indented, layoutOf, nextLine, type Edit } from './layout.ts';

/** Of the library's scanner; it declares them as a const enum, which can't be imported here. */
const token: Readonly<Record<'comma' | 'lineComment' | 'blockComment' | 'blank', SyntaxKind>> = {
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  blank: 15,
};

/**
 * Properties into and out of an object, by hand: the library's own editor moves a comment to its new neighbour and
 * leaves a lone comma behind (findings/jsonc-parser-lone-comma.sh).
 */
export function insertProperty(
  text: string,
  object: Node,
  { key, value }: { readonly key: string; readonly value: unknown },
): Edit[] {
  const layout = layoutOf(text);
  const children = object.children ?? [];
  const [first, last] = [children[0], children.at(-1)];
  const close = object.offset + object.length - 1;
  const lead = lineIndent(text, object.offset);
  const own = first === undefined ? undefined : indentAt(text, first.offset);
  const indent = own ?? lead + layout.step;
  const oneLine =
    first === undefined ? !text.trim().includes('\n') && text.trim() !== '{}' : own === undefined;
  const written = oneLine
    ? `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : `${JSON.stringify(key)}: ${indented(JSON.stringify(value, undefined, layout.step), indent, layout)}`;
  const before = oneLine ? ' ' : layout.lineEnd + indent;
  if (last === undefined) {
    const inside = text.slice(object.offset + 1, close).trimEnd();
    const from = object.offset + 1 + inside.length;
    return [{ from, to: close, text: before + written + (oneLine ? ' ' : layout.lineEnd + lead) }];
  }
  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  const at = behindComments(text, comma === undefined ? end : comma + 1);
  if (comma !== undefined) return [{ from: at, to: at, text: `${before}${written},` }];
  return at === end
    ? [{ from: end, to: end, text: `,${before}${written}` }]
    : [
        { from: end, to: end, text: ',' },
        { from: at, to: at, text: before + written },
      ];
}

export function removeProperty(text: string, object: Node, property: Node): Edit[] {
  const children = object.children ?? [];
  const index = children.indexOf(property);
  const end = property.offset + property.length;
  const comma = commaAfter(text, end);
  const previous = children[index - 1];
  const edits: Edit[] = [lines(text, property.offset, comma === undefined ? end : comma + 1)];
  // The last of several has no comma of its own: its neighbour's goes with it.
  if (comma !== undefined || previous === undefined) return edits;
  const before = commaAfter(text, previous.offset + previous.length);
  return before === undefined ? edits : [{ from: before, to: before + 1, text: '' }, ...edits];
}

/** From an offset to another; whole lines if nothing else is on them. */
function lines(text: string, from: number, to: number): Edit {
  const own = indentAt(text, from);
  const rest = text.slice(to, endOfLine(text, to));
  if (own !== undefined && rest.trim() === '')
    return { from: from - own.length, to: nextLine(text, to), text: '' };
  const blanks = /^[ \t]*/.exec(rest)?.[0].length ?? 0;
  return { from, to: own === undefined && rest.trim() === '' ? to : to + blanks, text: '' };
}

function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset).replace('\uFEFF', ''))?.[0] ?? '';
}

/** Offset of the comma that follows, with nothing but blanks and comments between. */
function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  return scanner.scan() === token.comma ? scanner.getTokenOffset() : undefined;
}

/** Behind the comments that stand on the same line: they speak of what is before them. */
function behindComments(text: string, offset: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  let end = offset;
  for (;;) {
    const found = scanner.scan();
    if (found === token.lineComment || found === token.blockComment)
      end = scanner.getTokenOffset() + scanner.getTokenLength();
    else if (found !== token.blank) return end;
  }
}
