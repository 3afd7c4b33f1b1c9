/**
 * Words of strangers in a pull request: no mention, link, image, HTML comment or heading may come of them. As code, on
 * one line, with other backticks than our own.
 */
export function code(text: string, most = 200): string {
  const plain = text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .replaceAll('`', "'")
    .trim();
  const short = plain.length > most ? `${plain.slice(0, most)}…` : plain;
  return short === '' ? '*(empty)*' : `\`${short}\``;
}

/** A list that does not outgrow GitHub's limit of 65,536 characters. */
export function bullets(lines: readonly string[], most = 60): string[] {
  const shown = lines.slice(0, most).map((line) => `- ${line}`);
  return lines.length > most ? [...shown, `- … and ${String(lines.length - most)} more`] : shown;
}

/** A list that is folded away. */
export function folded(summary: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [summary, ''];
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>', ''];
}
