import { problemText, type Problem } from '../catalog/problem.ts';
import { McpcatError } from '../lib/errors.ts';
import type { ApprovedDefinition } from './visible-tools.ts';

/** One line of the file: a definition of a tool that a person has approved, and when. */
export interface Approval extends ApprovedDefinition {
  readonly server: string;
  /** Day in UTC, `YYYY-MM-DD`. */
  readonly date: string;
}

const heading = `# Tools that are not as they were reviewed, and were approved: SERVER TOOL sha256:HASH DATE
# Written by mcpcat tools approve. A line that is removed takes its approval back.
`;

const fields = [
  { what: 'the name of a server', form: /^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/ },
  { what: 'the name of a tool, in quotes unless it is plain', form: /^(?:[A-Za-z0-9_./-]+|".*")$/ },
  { what: 'sha256: and 64 hexadecimal digits', form: /^sha256:[0-9a-f]{64}$/ },
  { what: 'a day like 2026-11-27', form: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/ },
] as const;

/**
 * The approvals that a file's text holds. Whoever may write one decides what models are told: a line that does not fit
 * is an error, `usage` with line and column, and none of them counts.
 */
export function parseApprovals(text: string, file: string): readonly Approval[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.replace(/\r$/, ''), number: index + 1 }));
  const read = lines.flatMap(({ line, number }) => lineOf(line, { file, number }));
  const problems = read.flatMap((one) => ('message' in one ? [one] : []));
  const [first, ...more] = problems;
  if (first !== undefined)
    throw new McpcatError('usage', problemText(first), { detail: more.map(problemText) });
  return read.flatMap((one) => ('message' in one ? [] : [one]));
}

function lineOf(
  line: string,
  { file, number }: { readonly file: string; readonly number: number },
): readonly (Approval | Problem)[] {
  if (/^\s*(?:#|$)/.test(line)) return [];
  const found = [...line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)];
  const problem = (column: number, message: string): readonly Problem[] => [
    { file, line: number, column, message },
  ];
  for (const [index, { what, form }] of fields.entries()) {
    const [word] = found[index] ?? [];
    const column = (found[index]?.index ?? line.length) + 1;
    if (word === undefined) return problem(column, `expected ${what}, found the end of the line`);
    if (!form.test(word)) return problem(column, `expected ${what}, found ${word}`);
  }
  const extra = found[fields.length];
  if (extra !== undefined) return problem(extra.index + 1, `expected the end of the line, found ${extra[0]}`);
  const [server = '', name = '', hash = '', date = ''] = found.map(([word]) => word);
  const tool = nameOf(name);
  if (tool === undefined)
    return problem((found[1]?.index ?? 0) + 1, `expected a name in quotes as JSON has it, found ${name}`);
  return [{ server, tool, sha256: hash.slice('sha256:'.length), date }];
}

function nameOf(word: string): string | undefined {
  if (!word.startsWith('"')) return word;
  try {
    const value: unknown = JSON.parse(word);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the file: sorted, so that a change of one shows as such. */
export function approvalsText(approvals: readonly Approval[]): string {
  const lines = approvals.map(({ server, tool, sha256, date }) => {
    const name = fields[1].form.test(tool) && !tool.startsWith('"') ? tool : JSON.stringify(tool);
    return `${server} ${name} sha256:${sha256} ${date}`;
  });
  return `${heading}${[...new Set(lines)].toSorted().join('\n')}${lines.length === 0 ? '' : '\n'}`;
}

/** With these in place of what was approved of the same tools before. */
export function withApprovals(
  before: readonly Approval[],
  approved: readonly Approval[],
): readonly Approval[] {
  const isReplaced = ({ server, tool }: Approval): boolean =>
    approved.some((one) => one.server === server && one.tool === tool);
  return [...before.filter((one) => !isReplaced(one)), ...approved];
}
