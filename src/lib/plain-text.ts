/*
 * The one door for words of strangers (titles, descriptions, tool names, labels, a server's stderr) to a terminal.
 * What a terminal would obey or hide is shown instead: as \uXXXX, which inside JSON is the very same text.
 */

/** Colours and other renditions (ECMA-48, SGR) only say how text looks; they are dropped, so that logs stay readable. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const renditions = /\u001B\[[0-9;:]*m/g;

/**
 * Whatever moves the cursor, changes the direction of text or is not seen: control and format characters, separators
 * that are no space, halves of pairs, and what Unicode calls "default ignorable". An emoji may keep its joiners.
 */
const hiddenForm = (): RegExp =>
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}])\uFE0F|(?!\u200D|\uFE0F|[\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Made when something has to be looked at: the tables of Unicode take Node a millisecond. */
let hiddenOnes: RegExp | undefined;

function withoutEach(text: string, replacement: (character: string) => string): string {
  hiddenOnes ??= new RegExp(hiddenForm().source, 'gu');
  return text.replaceAll(renditions, '').replaceAll(/\r\n?/g, '\n').replaceAll(hiddenOnes, replacement);
}

/** Text of several lines that a terminal can be given. */
export function visible(text: string): string {
  if (isPlain(text)) return text;
  return withoutEach(text, escaped);
}

/** The same on one line, so that it can't pass for a line of ours. At most so many characters, with a mark where it is cut. */
export function oneLine(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const line = visible(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength).toWellFormed()}…` : line;
}

/** The first character of a text that is not seen, as it is shown; undefined if there is none. Tabs and line feeds are fine. */
export function firstHidden(text: string): string | undefined {
  const [found] = hiddenForm().exec(text) ?? [];
  return found === undefined ? undefined : escaped(found);
}

/** The same text without them, for what is about to be written into a file that refuses them. */
export function withoutHidden(text: string): string {
  return withoutEach(text, () => '');
}

/** Nearly everything that is ever printed; the long expression is for the rest. */
function isPlain(text: string): boolean {
  return /^[\t\n\x20-\x7e]*$/.test(text);
}

/** As in JSON: one escape for each half of a pair. */
function escaped(character: string): string {
  return [...character.split('')]
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
