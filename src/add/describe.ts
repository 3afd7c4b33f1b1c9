import { plainText } from '../evidence/plain-text.ts';
import { titleOf } from './name.ts';

const longest = 160;
const server = String.raw`(?:cli (?:and|&) )?(?:(?:an?|the|this(?: is)?(?: an?)?|simple|official|powerful|comprehensive|advanced|unofficial|experimental|local|modern|production-ready|lightweight|full-featured)\s+)*(?:[\w.&]+ )?(?:(?:model context protocol|mcp)\b(?: ?\(mcp\))?(?: \(model context protocol\))?)(?:[ -](?:stdio|tool))?[ -]?(?:server|integration|tools?|implementation)?s?(?: (?:and|&) cli)?`;
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
  const found = [description, firstParagraph(readme)].map(sentence).filter((text) => text.length > 6);
  return found.find((text) => !bare.test(text)) ?? found[0] ?? `${titleOf(name)}.`;
}

/** Only what it is called. */
const bare =
  /^(?:an? )?MCP server for \S+( \S+)?$|^(?:\S+ ){0,4}(?:mcp|model context protocol) server( implementation)?\.$|^Tools for \S+( \S+)?$|^\S+$/i;
/** What a README begins with when it does not yet say what it is about. */
const preamble =
  /^(?:_?version|note|warning|important|please|install\w*|if |see |to |for |before|deprecated|we |thanks?|click|english|table of|license|copyright|this (?:project|repo\w*|package) (?:is (?:no longer|a fork)|has))/i;

/** `A secure and scalable Git MCP server enabling AI agents to perform X` → `perform X`. */
const anyServer =
  /^(?:an?|the|this is an?)?\s*(?:[\w-]+,?\s+){0,7}(?:model context protocol|mcp)(?: \(mcp\))? (?:server|implementation|integration)s?,? (?:(?:that|which) )?(?:enabl|allow|lett|let|empower|giv)\w* (?:\w+ )?(?:ai|llms?|claude|cursor|agents?|assistants?|language models?|models?|users?|you)\b(?:,? (?:and|or|ai|llms?|agents?|assistants?|tools?|models?|clients?|applications?|coding|desktop|code))*,? (?:to |the ability to )?/i;
const toolsTo = /^(?:that )?(?:provid|offer|expos)(?:es|e|ing) (tools (?:to|for) )/i;

function sentence(text: string): string {
  const clean = plainText(text);
  const first = /^(.*?[a-z0-9)\]][.!?])(?:\s+\p{Lu}|\s*$)/u.exec(clean)?.[1] ?? clean;
  const stripped = first
    .replace(anyServer, '')
    .replace(lead, '')
    .replace(toolsTo, '$1')

    .trim();
  const found = stripped.length > 5 ? stripped : first;
  // A bare name says too little.
  const own =
    /^[A-Z][\w.&/-]*( [\w.&/-]+)?\.?$/.test(found) && found !== first ? `Tools for ${found}` : found;
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

function firstParagraph(readme: string): string {
  const body = readme.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/^[>\s]*>[ \t]*/gm, '');
  const paragraphs = body.split(/\n\s*\n/).map((text) => text.trim());
  return (
    paragraphs.find(
      (text) => /^[A-Za-z>*_]/.test(text) && plainText(text).length > 30 && !preamble.test(plainText(text)),
    ) ?? ''
  );
}
