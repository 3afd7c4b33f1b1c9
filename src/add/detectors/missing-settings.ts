import { ownValue } from '../../lib/own-value.ts';
import type { Evidence, KnownSetting } from '../../evidence/gather.ts';
import { isSettingName, isSystemName } from '../../evidence/evidence.ts';
import { isPathText, isSecretName, type Shape } from '../../evidence/example-value.ts';
import { withSetting } from '../settings.ts';
import { answers, quote, outputLines, type Detection, type Situation } from './detection.ts';

/** A setting that a message asks for. */
export interface Missing {
  readonly name: string;
  readonly line: string;
  readonly shape?: Shape | undefined;
}

const complaint =
  /required|requires?\b|missing|not (?:been )?(?:set|found|provided|configured|defined|specified|supplied|given|present|valid)|must (?:be|set|provide|specify|have|start|contain)|please (?:set|provide|specify|configure|add|export|ensure)|undefined|unset|invalid|cannot be empty|can't be empty|is empty|need(?:s|ed)? |expected|no .{1,40} (?:provided|set|found|configured)|KeyError|set (?:the |your )?[A-Z][A-Z0-9_]+|unauthorized|failed to (?:load|parse|read) (?:config|settings|env)/i;
const settingWord = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
const singleWord = /\b[A-Z][A-Z0-9]{3,}\b/g;
const usualEnd =
  /_(KEY|TOKEN|SECRET|ID|URL|URI|HOST|PORT|USER|USERNAME|PASSWORD|PASS|PATH|DIR|FILE|EMAIL|REGION|PROJECT|DOMAIN|ENDPOINT|NAME|DSN|STRING|PAT|ORG|ORGANIZATION|WORKSPACE|ACCOUNT|CREDENTIALS|SITE|INSTANCE|CONFIG|MODE|DATABASE|JSON|SERVER|APIKEY|KEYS|TOKENS)$/;
const errorCodes =
  /^(ERR|E|UV|SIG|DEP|UND|WSA|ERROR|INVALID|MISSING|EXPIRED|UNKNOWN|UNABLE|DEPTH|NOT|NO|BAD)_|^(HTTP|MODULE|METHOD|PARSE|INTERNAL|MCP|JSON|CONNECTION|AUTH|SSL|TLS|CERT)_(?!.*_(KEY|TOKEN|URL|SECRET|PASSWORD)$)/;
/** `code: 'X'`, `TypeError [X]`: how languages print the code of an error. */
const asCode = /(?:\bcode["']?\s*[:=]\s*["']?|Error \[)$/;

/** Settings that a text asks for, by the many ways in which languages and libraries say it. */
export function missingIn(text: string, evidence: Pick<Evidence, 'settings'>): Missing[] {
  const lines = text.split('\n');
  const found = [
    ...structured(text, evidence),
    ...lines.flatMap((line, index) => inLine(line, { rest: lines.slice(index + 1, index + 9), evidence })),
  ];
  const byName = Map.groupBy(found, ({ name }) => name);
  return [...byName.values()].flatMap((all) => all.find(({ shape }) => shape !== undefined) ?? all[0] ?? []);
}

/** zod's issues, as JSON or as Node prints them, and pydantic's two lines. */
function structured(text: string, evidence: Pick<Evidence, 'settings'>): Missing[] {
  const issues = [
    ...text.matchAll(
      /["']?path["']?:\s*\[\s*["']([^"']+)["'][^\]]*\][\s\S]{0,120}?message["']?:\s*["']([^"'\n]+)/g,
    ),
  ];
  const before = [
    ...text.matchAll(
      /message["']?:\s*["']([^"'\n]+)["'][\s\S]{0,60}?["']?path["']?:\s*\[\s*["']([^"']+)["']/g,
    ),
  ];
  const pretty = [...text.matchAll(/^\s*[✖×x] (.*)\n\s*→ at (\w+)/gmu)];
  const pydantic = [
    ...text.matchAll(
      /^(\w+(?:\.\w+)*)\n\s+((?:Field required|Value error|Input should be|String should)[^\n[]*)/gm,
    ),
  ];
  const keyErrors = [...text.matchAll(/^KeyError: ['"]([A-Z][A-Z0-9_]+)['"]/gm)];
  const pairs: (readonly [string, string])[] = [
    ...issues.map(([, name = '', message = '']) => [name, message] as const),
    ...before.map(([, message = '', name = '']) => [name, message] as const),
    ...pretty.map(([, message = '', name = '']) => [name, message] as const),
    ...pydantic.map(([, name = '', message = '']) => [name, message] as const),
    ...keyErrors.map(([line, name = '']) => [name, line] as const),
  ];
  return pairs.flatMap(([field, message]) => {
    const name = settingOf(field, evidence);
    return name === undefined ? [] : [{ name, line: `${field}: ${message}`, shape: shapeIn(message) }];
  });
}

/** A field's name is the setting's, in other letters and with or without a prefix. */
export function settingOf(field: string, { settings }: Pick<Evidence, 'settings'>): string | undefined {
  const last = field.split('.').at(-1) ?? field;
  if (settings.has(last)) return last;
  const flat = (text: string): string => text.replaceAll(/[_-]/g, '').toLowerCase();
  const names = [...settings.keys()];
  const wanted = flat(last);
  const near =
    names.find((name) => flat(name) === wanted) ??
    (wanted.length > 2 ? names.find((name) => flat(name).endsWith(wanted)) : undefined);
  if (near !== undefined) return near;
  return isSettingName(last) && last.includes('_') ? last : undefined;
}

function inLine(
  line: string,
  { rest, evidence }: { rest: readonly string[]; evidence: Pick<Evidence, 'settings'> },
): Missing[] {
  if (!complaint.test(line) || /^\s*at /.test(line) || line.length > 1500) return [];
  const names = namesIn(line, evidence);
  if (names.length > 0)
    return chosen(names, line).map((name) => ({
      name,
      line,
      shape: shapeIn(clauseOf(name, { line, names })),
    }));
  // A heading with the names below it.
  if (
    !/(environment|variables?|settings?|configuration|credentials|validation|required|missing|following|one of|any of|either)[^.]{0,60}:?\s*$/i.test(
      line,
    )
  )
    return [];
  const below = rest.slice(0, rest.findIndex((other) => other.trim() === '' || /^\s*at /.test(other)) >>> 0);
  const found = below.flatMap((other) => {
    const match = /^\s*(?:[-*•✗✖❌]\s*|\d+\.\s*)?(?:export )?([A-Z][A-Z0-9_]{2,})\b/u.exec(other);
    const name = match?.[1] ?? '';
    return isName(name, evidence) && !/optional/i.test(other)
      ? [{ name, line: `${line.trim()} ${other.trim()}`, shape: shapeIn(other) }]
      : [];
  });
  if (!/\b(?:one|any) of\b|\beither\b/i.test(line)) return found;
  // What can be said in a word is easier to give than a file.
  return [found.find(({ name }) => !isFile(name, evidence)) ?? found[0]].flatMap((one) => one ?? []);
}

function isFile(name: string, { settings }: Pick<Evidence, 'settings'>): boolean {
  return /(_FILE|_PATH|APPLICATION_CREDENTIALS)$/.test(name) || isPathText(settings.get(name)?.value ?? '');
}

/** What a line says of one of the settings in it: up to the next one. */
function clauseOf(name: string, { line, names }: { line: string; names: readonly string[] }): string {
  const rest = line.slice(line.indexOf(name) + name.length);
  const ends = names.map((other) => rest.search(new RegExp(`\\b${other}\\b`))).filter((at) => at >= 0);
  return rest.slice(0, Math.min(rest.length, ...ends));
}

function namesIn(line: string, evidence: Pick<Evidence, 'settings'>): string[] {
  const words = [
    ...[...line.matchAll(settingWord)]
      .filter(({ index }) => !asCode.test(line.slice(0, index)))
      .map(([word]) => word),
    ...(line.match(singleWord) ?? []).filter((word) => evidence.settings.has(word)),
  ];
  return [...new Set(words.filter((word) => isName(word, evidence)))];
}

function isName(word: string, { settings }: Pick<Evidence, 'settings'>): boolean {
  if (settings.has(word)) return true;
  return isSettingName(word) && !isSystemName(word) && !errorCodes.test(word) && usualEnd.test(word);
}

/** `A or B`: one of them is enough, the secret one if only one is; an example after `=` is no name. */
function chosen(names: readonly string[], line: string): string[] {
  if (names.length < 2 || !/\bor\b|\beither\b|one of/i.test(line)) return [...names];
  const groups = line.split(/\bor\b/i).map((part) => names.filter((name) => part.includes(name)));
  return groups.find((group) => group.length > 0) ?? [...names];
}

/** What a message says a value must look like. */
export function shapeIn(text: string): Shape | undefined {
  if (
    /\b(valid |absolute )?(url|uri)\b/i.test(text) &&
    /invalid|valid|must|start with|https?:\/\//i.test(text)
  )
    return 'url';
  if (/uuid|guid/i.test(text)) return 'uuid';
  if (/valid email|invalid email/i.test(text)) return 'email';
  if (/\b(hex|hexadecimal)\b/i.test(text)) return 'hex';
  if (/valid json|invalid json/i.test(text)) return 'json';
  if (
    /(must|expected|should).{0,30}\b(number|integer|numeric|nan)\b|unable to parse string as an integer/i.test(
      text,
    )
  )
    return 'number';
  if (/valid boolean|must be (true|'true')/i.test(text)) return 'boolean';
  if (/\b(or less|or fewer|at most|no more than|too long|too_big|maximum|exceeds?)\b/i.test(text))
    return 'text';
  if (/at least \d\d|too short|too_small|length|characters/i.test(text)) return 'long';
  return undefined;
}

const vague =
  /\b(api[- ]?keys?|access tokens?|auth(?:entication|orization)? tokens?|tokens?|credentials?|authentication|api secret|password|login|personal access token)\b/i;

/** Of a text that asks for a key without its name: the settings it most likely means. */
function vaguely(text: string, { settings }: Pick<Evidence, 'settings'>): Missing[] {
  const line = text.split('\n').find((one) => complaint.test(one) && vague.test(one));
  if (line === undefined) return [];
  const known = [...settings.values()];
  const documented = known.filter(({ witnesses }) => witnesses.some((witness) => witness !== 'source'));
  const secrets = (list: readonly KnownSetting[]): KnownSetting[] => list.filter(({ secret }) => secret);
  const always = documented.filter((one) => one.always);
  const lists = [always, secrets(documented).slice(0, 2), secrets(known).slice(0, 2)];
  return (lists.find((list) => list.length > 0) ?? []).map(({ name }) => ({ name, line }));
}

/** What the server said at its start, if it did not get to its tools; else what its tools answered. */
export function missingSettings(situation: Situation): Detection[] {
  const { seen, evidence } = situation;
  if (seen.failure !== undefined) {
    const text = outputLines(situation).join('\n');
    const named = missingIn(text, evidence).filter((missing) => isNews(missing, situation));
    const found =
      named.length > 0 ? named : vaguely(text, evidence).filter((missing) => isNews(missing, situation));
    return found.map((missing) => detectionOf(missing, { evidence, required: true, where: 'its start' }));
  }
  return fromAnswers(situation);
}

/** Most tools say it: then the server is of no use without. A few: then those are what it is for. */
function fromAnswers(situation: Situation): Detection[] {
  const { evidence, seen } = situation;
  const texts = answers(situation);
  const called = seen.uses.filter(({ outcome }) => outcome !== 'left-out').length;
  const all = texts
    .flatMap((text) => missingIn(text, evidence))
    .filter((missing) => evidence.settings.has(missing.name) || isSecretName(missing.name));
  const byName = [...Map.groupBy(all, ({ name }) => name).values()];
  if (all.length === 0) return withoutNames(texts, situation);
  return byName.flatMap((same) => {
    const [first] = same;
    if (first === undefined || !isNews(first, situation)) return [];
    return [
      detectionOf(first, { evidence, required: same.length * 2 >= called, where: 'the answer of a tool' }),
    ];
  });
}

/** Most tools want a key and none says which: the first start in its documents has it. */
function withoutNames(texts: readonly string[], situation: Situation): Detection[] {
  const { evidence, seen } = situation;
  const called = seen.uses.filter(({ outcome }) => outcome !== 'left-out').length;
  const asking = texts.filter((text) => vague.test(text) && keyless.test(text));
  if (asking.length === 0 || asking.length * 2 < called) return [];
  const [line = ''] = asking;
  const first = evidence.starts.find(({ env }) =>
    Object.keys(env).some((name) => evidence.settings.get(name)?.secret),
  );
  const names = Object.keys(first?.env ?? {}).filter((name) => evidence.settings.has(name));
  const missing = names.length > 0 ? names.map((name) => ({ name, line })) : vaguely(line, evidence);
  return missing
    .filter((one) => isNews(one, situation))
    .map((one) => detectionOf(one, { evidence, required: true, where: 'the answers of its tools' }));
}

const keyless =
  /missing|required|not (?:set|configured|provided|found|authenticated|logged in)|no .{0,30}(?:configured|provided|set|found)|please (?:set|provide|configure)|unauthenticated|must be/i;

/** A setting that has its example already is asked for again only if another shape was asked for. */
function isNews({ name, shape }: Missing, { draft }: Situation): boolean {
  const setting = ownValue(draft.entry.env, name);
  return setting === undefined || (!setting.required && setting.default === undefined) || shape !== undefined;
}

function detectionOf(
  { name, line, shape }: Missing,
  { evidence, required, where }: { evidence: Evidence; required: boolean; where: string },
): Detection {
  return {
    key: `setting ${name} ${shape ?? ''} ${String(required)}`,
    what: `needs ${name}${shape === undefined ? '' : ` (${shape})`}`,
    apply: (draft) =>
      withSetting(draft, {
        name,
        required,
        known: evidence.settings.get(name),
        shape,
        why: `${where}: ${quote(line)}`,
      }),
  };
}
