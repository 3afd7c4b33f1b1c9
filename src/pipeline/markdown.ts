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
