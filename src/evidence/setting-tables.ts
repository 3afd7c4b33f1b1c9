import { plainText } from './plain-text.ts';
import { isSettingName, type SettingEvidence } from './evidence.ts';

/** Rows of tables and items of lists that explain a setting: `| \`NAME\` | what for | required |`. */
export function settingTables(text: string): SettingEvidence[] {
  const prose = [...text.matchAll(/`([A-Z][A-Z0-9_]{2,60})` is (?:entirely |completely )?optional\b/g)]
    .map(([, name = '']) => ({ name, witness: 'readme' as const, required: false }))
    .filter(({ name }) => isSettingName(name));
  const listed = itemsOf(text).flatMap((line) => {
    const name =
      /^\s*(?:\|\s*|[-*+]\s+|\d+\.\s+|#{2,5}\s+)?(?:\*\*)?`{1,2}(?:export )?([A-Z][A-Z0-9_]{2,60})(?:=[^`]*)?`{1,2}/.exec(
        line,
      )?.[1] ??
      /^\s*(?:\|\s*|[-*+]\s+)(?:\*\*)?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:\*\*)?\s*[|:(–—-]/.exec(line)?.[1];
    if (name === undefined || !isSettingName(name)) return [];
    return [{ name, witness: 'readme' as const, ...explained(line, name) }];
  });
  return [...listed, ...prose];
}

/** Lines, each item of a list with what it goes on with. */
function itemsOf(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const last = lines.at(-1) ?? '';
    const goesOn =
      /^\s*[-*+] +(?:\*\*)?`/.test(last) && /^\s+[^\s\-*+|#`>\d]/.test(line) && last.length < 400;
    if (goesOn) lines.splice(-1, 1, `${last} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
}

const optional = /\boptional\b|\(opt\)|not required|\bno\b|\bfalse\b|❌|✗|✘|—\s*optional/i;
const required = /\brequired\b|\bmandatory\b|\byes\b|✅|✓|✔|\bmust\b/i;

function explained(
  line: string,
  name: string,
): Pick<SettingEvidence, 'description' | 'required' | 'fallback'> {
  const isRow = line.trim().startsWith('|');
  // What stands behind `NAME=value`.
  const behind = line.slice(line.indexOf(name) + name.length).replace(/^=[^`\s]*/, '');
  const cells = (isRow ? line.split('|') : [behind]).map((cell) => plainText(cell).trim());
  const words = cells.filter((cell) => cell !== '' && !cell.includes(name));
  const marks = isRow ? words.filter((cell) => cell.length < 24) : words;
  const description = words
    .toSorted((a, b) => b.length - a.length)[0]
    ?.replace(/^[\s:–—=*)`-]+/, '')
    .replace(/^\(?(required|optional)\)?[\s:,.–—-]*/i, '');
  const fallback = /default(?:s to|:| is)?\s*[`"']([^`"'\s|]+)[`"']/i.exec(line)?.[1];
  const says = isOptional(marks, line) ? false : marks.some((cell) => required.test(cell)) ? true : undefined;
  return {
    // Of a sentence about it only a part would be left.
    ...(description === undefined ||
    description.length < 4 ||
    !/[a-z]{3}/.test(description) ||
    /^(is|are|was|can|must|should|will|has|may|and|or|as|if|when|in|to|with|instead|take[sn]?|needs?)\b/.test(
      description,
    )
      ? {}
      : { description: description.slice(0, 200) }),
    ...(says === undefined ? {} : { required: says }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function isOptional(marks: readonly string[], line: string): boolean {
  return (
    marks.some((cell) => optional.test(cell) && cell.length < 24) ||
    /\(optional|\boptional\)|\boptional[,.:]/i.test(line)
  );
}
