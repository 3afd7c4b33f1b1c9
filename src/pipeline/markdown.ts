/** A list that does not outgrow GitHub's limit of 65,536 characters. */
export function bullets(lines: readonly string[], max = 60): string[] {
  const shown = lines.slice(0, max).map((line) => `- ${line}`);
  return lines.length > max ? [...shown, `- … and ${String(lines.length - max)} more`] : shown;
}

/** A list that is folded away. */
export function folded(summary: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [summary, ''];
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>', ''];
}
