/**
 * A reader of Dockerfiles for the tests, after docs.docker.com/reference/dockerfile and not after our generator: lines,
 * comments, directives, continuations, exec forms, and the words of ENV and LABEL with their quotes and expansions.
 */
export interface Instruction {
  readonly keyword: string;
  /** The words of an exec form, or `NAME=value` of ENV and LABEL, or the text as it stands. */
  readonly words: readonly string[];
}

const keywords = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);

export function readDockerfile(text: string): Instruction[] {
  if (/^\s*#\s*(syntax|escape|check)\s*=/i.test(text)) throw new Error('a parser directive');
  return logicalLines(text).map((line) => {
    const keyword = (/^\s*(\S+)/.exec(line)?.[1] ?? '').toUpperCase();
    if (!keywords.has(keyword)) throw new Error(`not an instruction: ${line}`);
    const rest = line.trimStart().slice(keyword.length).trim();
    if (keyword === 'ENV' || keyword === 'LABEL') return { keyword, words: pairWords(rest) };
    const words = execWords(rest);
    if (words !== undefined) return { keyword, words };
    if (rest.includes('<<')) throw new Error(`a heredoc: ${line}`);
    return { keyword, words: [rest] };
  });
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const raw of text.split('\n').map((line) => line.replace(/\r$/, ''))) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const continued = /\\[ \t]*$/.test(raw);
    const whole = (open ?? '') + (continued ? raw.replace(/\\[ \t]*$/, '') : raw);
    if (continued) open = whole;
    else {
      lines.push(whole);
      open = undefined;
    }
  }
  return open === undefined ? lines : [...lines, open];
}

/** Undefined for the shell form, which is what text that is no list of strings becomes. */
function execWords(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  const words: unknown = JSON.parse(rest);
  if (!Array.isArray(words) || words.some((word) => typeof word !== 'string'))
    throw new Error(`shell form: ${rest}`);
  return words.map(String);
}

/** `NAME="value" …` as `NAME=value` each, quotes and escapes undone; an expansion is refused. */
function pairWords(rest: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < rest.length; at++) {
    const character = rest[at] ?? '';
    if (!quoted && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (character === '$') throw new Error(`an expansion: ${rest}`);
    if (character === "'" && !quoted) throw new Error(`single quotes: ${rest}`);
    if (character === '"') quoted = !quoted;
    const escaped = character === '\\' && (!quoted || /[\\"$]/.test(rest[at + 1] ?? ''));
    const plain = escaped ? (rest[++at] ?? '') : character === '"' ? '' : character;
    word = (word ?? '') + plain;
  }
  if (quoted) throw new Error(`an open quote: ${rest}`);
  if (word !== undefined) words.push(word);
  if (words.some((pair) => !/^[A-Za-z0-9._]+=/.test(pair))) throw new Error(`not a pair: ${rest}`);
  return words;
}
