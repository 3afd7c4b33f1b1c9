/*
 * The one door for words of strangers to Markdown and HTML (GitHub's: GFM 0.29). Nothing of theirs becomes a link, an
 * image, a mention, a heading, a comment or a tag.
 */
import { oneLine } from './plain-text.ts';

/** As prose on one line, also in a cell of a table. */
export function markdownText(text: string, maxLength?: number): string {
  return (
    oneLine(text, maxLength)
      .replaceAll(/[\\`*_[\]|~#!]/g, String.raw`\$&`)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // GitHub makes links of addresses and mentions of names by itself.
      .replaceAll('://', ':&#47;&#47;')
      .replaceAll(/\bwww\./gi, (found) => found.replace('.', '&#46;'))
      .replaceAll('@', '&#64;')
  );
}

/** As code, with other backticks than our own. Not for a table: there a `|` ends the cell even in code. */
export function markdownCode(text: string, maxLength = 200): string {
  const short = oneLine(text.replaceAll('`', "'"), maxLength);
  return short === '' ? '*(empty)*' : `\`${short}\``;
}

/** As code in a cell of a table. */
export function markdownCodeCell(text: string, maxLength?: number): string {
  return markdownCode(text, maxLength).replaceAll('|', String.raw`\|`);
}

/** A link with a tooltip; the label is Markdown already. An address that is no plain https one becomes no link. */
export function markdownLink(label: string, { address, title }: { address: string; title: string }): string {
  if (!isPlainAddress(address)) return label;
  return `[${label}](${address} "${markdownText(title).replaceAll('"', '&quot;')}")`;
}

/** An https address of which neither Markdown nor HTML takes a character for its own. */
export function isPlainAddress(text: string): boolean {
  return plainAddress.test(text);
}

export const plainAddress = /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[\w.~%@:+,;=&?#/-]*)?$/;
