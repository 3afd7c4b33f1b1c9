import { McpcatError } from './errors.ts';
import { coversRule, hostRuleText, ownMachine, parseHostRule, type HostRule } from './host-rule.ts';

/** Something wrong with one rule of a list. */
export interface RuleProblem {
  readonly index: number;
  /** `repetition`: the list says it already, in this form or a wider one. */
  readonly kind: 'form' | 'number' | 'repetition' | 'private';
  readonly message: string;
  readonly hint?: string;
}

/** More than any server has needed; keeps a list readable. */
const max = 256;

/** Parses a list of rules: wrong forms, repetitions, and rules that another one already contains. */
export function parseHostRules(
  texts: readonly string[],
  what: string,
): { readonly rules: readonly HostRule[]; readonly problems: readonly RuleProblem[] } {
  const parsed = texts.map((text, index) => parseOne(text, index, what));
  const rules = parsed.flatMap(({ rule }) => rule ?? []);
  const problems = [
    ...parsed.flatMap(({ problem }) => problem ?? []),
    ...(texts.length > max
      ? [
          {
            index: max,
            kind: 'number' as const,
            message: `${what}: expected up to ${String(max)} hosts, found ${String(texts.length)}`,
          },
        ]
      : parsed.flatMap(({ rule }, index) => repetition(rule, { index, parsed, what }))),
  ];
  return { rules, problems };
}

/** What a catalog entry must not declare, on top: only the user knows names of private networks. */
export function publicRuleProblems(texts: readonly string[], what: string): RuleProblem[] {
  const { problems } = parseHostRules(texts, what);
  const own = texts.flatMap((text, index) => {
    const { rule } = parseOne(text, index, what);
    if (rule?.kind !== 'exact') return [];
    if (rule.name === ownMachine)
      return [
        {
          index,
          kind: 'private' as const,
          message: `${what}: ${ownMachine} is for the user to allow, at its start`,
        },
      ];
    const message = `${what}: expected a public name with a dot, found "${text}"`;
    return rule.name.includes('.') ? [] : [{ index, kind: 'private' as const, message }];
  });
  return [...problems, ...own];
}

interface Parsed {
  readonly rule?: HostRule;
  readonly problem?: RuleProblem;
}

function parseOne(text: string, index: number, what: string): Parsed {
  try {
    return { rule: parseHostRule(text, what) };
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    const { message, hint } = error;
    return { problem: { index, kind: 'form', message, ...(hint === undefined ? {} : { hint }) } };
  }
}

function repetition(
  rule: HostRule | undefined,
  { index, parsed, what }: { index: number; parsed: readonly Parsed[]; what: string },
): RuleProblem[] {
  if (rule === undefined) return [];
  const container = parsed.findIndex(
    ({ rule: other }, at) =>
      at !== index &&
      other !== undefined &&
      coversRule(other, rule) &&
      (at < index || !coversRule(rule, other)),
  );
  const other = parsed[container]?.rule;
  if (other === undefined) return [];
  const same = coversRule(rule, other);
  const message = same
    ? `${what}: ${hostRuleText(rule)} is listed twice`
    : `${what}: ${hostRuleText(rule)} is contained in ${hostRuleText(other)}`;
  return [
    {
      index,
      kind: 'repetition',
      message,
      hint: same ? 'remove one' : 'remove the narrower or the wider one',
    },
  ];
}
