import { titleOf } from './name.ts';

const longest = 160;
const server = String.raw`(?:(?:an?|the|this(?: is)?(?: an?)?|simple|official|powerful|comprehensive|advanced|unofficial|experimental|local|modern|production-ready|lightweight|full-featured)\s+)*(?:[\w.&]+ )?(?:(?:model context protocol|mcp)\b(?: ?\(mcp\))?(?: \(model context protocol\))?)(?:[ -](?:stdio|tool))?[ -]?(?:server|integration|tools?|implementation)?s?`;
/** `An MCP server that does X` → `does X`; `MCP server for X` → `X`. */
const lead = new RegExp(
  `^${server}\\s*(?:(?:that|which) (?:is |can )?|to |for (?:the )?|[:–—-] |(?=(?:provid|enabl|expos|allow|giv|connect|integrat|offer|lets|help|read|search|manag)\\w*\\b))`,
  'i',
);

/**
 * One short sentence of our own from what upstream says: the first sentence, without marketing, markup, and the words
 * that are true of every server.
 */
export function describe(description: string, { readme, name }: { readme: string; name: string }): string {
  const found = [description, firstParagraph(readme)].map(sentence).find((text) => text.length > 6);
  return found ?? `${titleOf(name)}.`;
}

function sentence(text: string): string {
  const clean = plainText(text);
  const first = /^(.*?[a-z0-9)\]][.!?])(?:\s+\p{Lu}|\s*$)/u.exec(clean)?.[1] ?? clean;
  const stripped = first.replace(lead, '').trim();
  const own = stripped.length > 5 ? stripped : first;
  const short = own.length <= longest ? own : cut(own);
  const ended = short.replace(/[\s.!,;:–—-]+$/, '');
  return ended === '' ? '' : `${ended.charAt(0).toUpperCase()}${ended.slice(1)}.`;
}

/** At the last end of a clause that fits, else of a word. */
function cut(text: string): string {
  const start = text.slice(0, longest);
  const clause = Math.max(...[', ', ' - ', ' – ', ' — ', '; ', ' ('].map((end) => start.lastIndexOf(end)));
  return start.slice(0, clause > 40 ? clause : Math.max(start.lastIndexOf(' '), 40));
}

/** Without HTML, Markdown, emoji and control characters; one line. */
export function plainText(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\[([^\]]*)\]\[[^\]]*\]/g, '$1')
    .replaceAll(/[*_]{2,}|`/g, '')
    .replaceAll(/[\p{Extended_Pictographic}\u{FE0F}\u{200D}\p{Cc}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function firstParagraph(readme: string): string {
  const body = readme.replaceAll(/^```[\s\S]*?^```/gm, '');
  const paragraphs = body.split(/\n\s*\n/).map((text) => text.trim());
  return paragraphs.find((text) => /^[A-Za-z>*_]/.test(text) && plainText(text).length > 30) ?? '';
}
