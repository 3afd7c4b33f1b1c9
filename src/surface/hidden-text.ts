import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { firstHidden } from '../lib/plain-text.ts';
import { definitionKey, listNames, type RevisionSurface } from './surface.ts';

/** A text that a model reads and a person does not see, or not as it is. */
export interface HiddenText {
  /** `tools say: inputSchema.properties.text.description`. */
  readonly place: string;
  /** The character as an escape, or the beginning of the comment. */
  readonly found: string;
}

/** What the viewers that people read Markdown and HTML in leave out. An empty comment hides nothing. */
const comments = [
  /<!--(?!\s*-->)[^]{0,60}/,
  /^ {0,3}\[[^\]\n]*\]: *(?:#|<>) *["'(][^]{0,60}/m,
  /<[a-z][^<>]{0,200}\b(?:hidden\b|style=[^<>]{0,200}(?:display:\s*none|font-size:\s*0))[^<>]{0,60}/i,
];

/** Invisible and bidirectional characters, escape sequences, comments of markup: in every text of a revision. */
export function hiddenTexts(revision: RevisionSurface): readonly HiddenText[] {
  const { instructions = '', serverInfo } = revision;
  return [
    ...hiddenIn(instructions, 'instructions'),
    ...hiddenIn(serverInfo, 'serverInfo'),
    ...listNames.flatMap((list) =>
      revision[list].flatMap((one: JsonObject) => hiddenInDefinition(list, one)),
    ),
  ];
}

function hiddenInDefinition(list: (typeof listNames)[number], one: JsonObject): readonly HiddenText[] {
  return hiddenIn(one, `${list} ${definitionKey(list, one)}`);
}

/** In a value, keys of objects included; `place` is where it is, `at` the way to it from there. */
export function hiddenIn(value: JsonValue, place: string, at = ''): readonly HiddenText[] {
  if (typeof value === 'string') {
    const found = firstFound(value);
    return found === undefined ? [] : [{ place: `${place}${at}`, found }];
  }
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([key, member]) => [
      ...hiddenIn(key, place, `${at}: a key`),
      ...hiddenIn(member, place, at === '' ? `: ${key}` : `${at}.${key}`),
    ]);
  return Array.isArray(value) ? value.flatMap((item: JsonValue) => hiddenIn(item, place, at)) : [];
}

function firstFound(text: string): string | undefined {
  // A line may end as Windows has it.
  const character = firstHidden(text.replaceAll('\r\n', '\n'));
  return character ?? comments.map((form) => form.exec(text)?.[0]).find((found) => found !== undefined);
}
