/** A setting's value, as somebody wrote it. */
export interface SettingValue {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
  /** What the entry gives as an example of it. */
  readonly example?: string | undefined;
}

/**
 * Whether a text only stands where a value belongs, as people copy it from a README: `<YOUR_API_KEY>`, `sk-...`, `xxx`,
 * `{secret}`, `https://your-team.example.com`. A real key is a long word of no language. A password may be any word,
 * and so may what is no secret: of these only what says so itself counts.
 */
export function isPlaceholder({ name, value, isSecret, example }: SettingValue): boolean {
  const text = value.trim();
  const words = wordsOf(text);
  if (brackets.test(text) || (!prose.test(text) && words.some((word) => telling.has(word)))) return true;
  if (!isSecret) return false;
  if (text === example || marks.some((mark) => mark.test(text))) return true;
  if (/PASS|PWD/i.test(name)) return false;
  return (
    (words.length > 0 && words.every((word) => names.has(word) || wordsOf(name).includes(word))) ||
    // Nobody hands out keys with letters beyond ASCII; the password in an address or a header may have them.
    (!text.includes(':') && /[^\p{ASCII}\p{P}\p{S}]/u.test(text))
  );
}

/** All of it: `<…>`, `[…]`, `{…}`, `{{…}}`, `%…%`, and references that nobody fills in (`$ummer` is a password). */
const brackets =
  /^(?:<[^<>]+>|\[[\w .-]+\]|\{\{?[\w .:-]+\}\}?|%\w+%|\$[A-Z_][A-Z\d_]*|\$\{[^{}]+\}|\$\{\{[^}]*\}\})$/;

/** Anywhere in it: what was left out, or a name in brackets behind a prefix (`tvly-<key>`). */
const marks: readonly RegExp[] = [
  /\.{3}|…|\*{3}/,
  /<[a-z][\w .-]{2,}>/i,
  /(?:^|[-_.])x{3,}(?:$|[-_.])|x{6,}/i,
];

/** Six words or more: a description, an instruction to a model. */
const prose = /(?:\S+\s+){5}\S/;

/** One of them is enough. */
const telling = new Set(
  'your yours yourkey yourtoken changeme placeholder redacted replaceme votre remplacez'.split(' '),
);

/** Words of what is nothing but the name of a thing: `api_key`, `my-token`, `BRAVE_API_KEY_HERE`. */
const names = new Set(
  'a an the my own here real actual new some todo none null undefined value api apikey key keys token tokens secret secrets password pass access personal private public bot app client service account id auth bearer user name put insert enter add with replace paste'.split(
    ' ',
  ),
);

function wordsOf(text: string): readonly string[] {
  return text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/(change|replace)[-_ ]me/g, '$1me')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
