/*
 * Which servers answer a question, best first: BM25 over words of several fields (Robertson and Zaragoza, 2009), with the
 * beginnings of words and one mistyped letter where the very word is nowhere.
 */

/** Texts, each with what a word in it counts. */
export type Fields = readonly (readonly [text: string, weight: number])[];

/** A server as it is searched. */
export interface Searched<T> {
  readonly item: T;
  readonly fields: Fields;
  /** Each on its own, its tools: one that has the whole question counts, not that many have a word of it. */
  readonly parts: readonly Fields[];
}

/** How soon a word that comes again counts no more, and how much a long text is held against itself. */
const saturation = 1.2;
const lengthShare = 0.4;
const prefixShare = 0.6;
const typoShare = 0.4;

/** Those that have every word of the question, best first; equal ones keep their order. */
export function rank<T>(question: string, all: readonly Searched<T>[]): readonly T[] {
  const wanted = wordsOf(question);
  if (wanted.length === 0) return [];
  const documents = all.map(({ item, fields, parts }) => ({
    item,
    own: countsOf(fields),
    parts: parts.map(countsOf),
  }));
  const texts = documents.map(({ own, parts }) => [own, ...parts]);
  const vocabulary = new Set(texts.flat().flatMap(({ counts }) => [...counts.keys()]));
  const forms = wanted.map((word) => formsOf(word, vocabulary));
  const rarities = new Map(
    forms.flatMap((found) => [...found.keys()]).map((form) => [form, rarityOf(form, texts)] as const),
  );
  const own = scorer({ forms, rarities, meanLength: mean(documents.map((document) => document.own)) });
  const part = scorer({ forms, rarities, meanLength: mean(documents.flatMap(({ parts }) => parts)) });
  return documents
    .map((document) => {
      const ofOwn = own(document.own);
      const ofParts = document.parts.map(part);
      const has = forms.every((_, at) => [ofOwn, ...ofParts].some((scores) => (scores[at] ?? 0) > 0));
      return { item: document.item, score: has ? sum(ofOwn) + Math.max(0, ...ofParts.map(sum)) : 0 };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

interface Text {
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

/** Of the servers that have it at all. */
function rarityOf(form: string, documents: readonly (readonly Text[])[]): number {
  const having = documents.filter((texts) => texts.some(({ counts }) => counts.has(form))).length;
  return Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
}

interface Question {
  /** For each word, what stands for it and how well. */
  readonly forms: readonly ReadonlyMap<string, number>[];
  readonly rarities: ReadonlyMap<string, number>;
  readonly meanLength: number;
}

/** What a text is worth for each word of the question. */
function scorer({ forms, rarities, meanLength }: Question): (text: Text) => readonly number[] {
  return ({ counts, length }) => {
    const norm = saturation * (1 - lengthShare + (lengthShare * length) / Math.max(1, meanLength));
    const worth = ([form, share]: readonly [string, number]): number => {
      const count = counts.get(form) ?? 0;
      return (share * (rarities.get(form) ?? 0) * count * (saturation + 1)) / (count + norm);
    };
    return forms.map((found) => Math.max(0, ...[...found].map(worth)));
  };
}

function mean(texts: readonly Text[]): number {
  return sum(texts.map(({ length }) => length)) / Math.max(1, texts.length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function countsOf(fields: Fields): Text {
  const counts = new Map<string, number>();
  let length = 0;
  for (const [text, weight] of fields)
    for (const word of wordsOf(text)) {
      counts.set(word, (counts.get(word) ?? 0) + weight);
      length += 1;
    }
  return { counts, length };
}

/** `listIssues`, `list_issues` and `Listing issues.` have the same words. */
export function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map(stem);
}

/** Endings of English that change no meaning here; what is left need not be a word. */
function stem(word: string): string {
  if (word.length < 5) return word.length === 4 ? word.replace(/(?<=[^s])s$/, '') : word;
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<=[^aeiou]{1})(?:ings?|ed)$/, '')
    .replace(/(?<=ch|sh|x|ss)es$/, '')
    .replace(/(?<=[^su])s$/, '')
    .replace(/(?<=[^aeiou])e$/, '');
}

/** The word itself; else words that begin with it; else those with one letter more, less or other. */
function formsOf(word: string, vocabulary: ReadonlySet<string>): ReadonlyMap<string, number> {
  const begins =
    word.length < 3 ? [] : [...vocabulary].filter((other) => other.startsWith(word) && other !== word);
  const prefixes = begins.map((other) => [other, prefixShare] as const);
  if (vocabulary.has(word)) return new Map([[word, 1], ...prefixes]);
  if (prefixes.length > 0 || word.length < 5) return new Map(prefixes);
  return new Map(
    [...vocabulary].filter((other) => isNear(word, other)).map((other) => [other, typoShare] as const),
  );
}

function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  const same = a.split('').findIndex((letter, index) => letter !== b[index]);
  if (same === -1) return true;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
