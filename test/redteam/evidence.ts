import type { Column } from './columns.ts';
import type { Hit } from './field.ts';
import type { Answer } from './session.ts';

/** What was seen of one column, inside and outside its containers. */
export interface Evidence {
  readonly column: Column;
  /** By the attempt's name; what the hostile server said. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** By name; what was measured from outside. */
  readonly measures: ReadonlyMap<string, number | string | undefined>;
  /** By the attempt's title; what a scheme came to. */
  readonly schemes: ReadonlyMap<string, Verdict>;
  /** What reached a fake upstream. */
  readonly hits: readonly Hit[];
}

/**
 * `stopped`: nothing happened. `contained`: it did, within the container's own bounds. `n/a`: nothing to attack.
 * `unproved`: no answer, which counts against a column as a success does.
 */
export type Outcome = 'stopped' | 'contained' | 'SUCCEEDED' | 'unproved' | 'n/a';

export interface Verdict {
  readonly outcome: Outcome;
  /** In a few words what happened. */
  readonly detail: string;
}

export type Judge = (evidence: Evidence) => Verdict;

export const stopped = (detail = ''): Verdict => ({ outcome: 'stopped', detail });
export const contained = (detail: string): Verdict => ({ outcome: 'contained', detail });
export const succeeded = (detail: string): Verdict => ({ outcome: 'SUCCEEDED', detail });
export const nothing = (detail = ''): Verdict => ({ outcome: 'n/a', detail });

/** The facts of an answer. */
export function factsOf(evidence: Evidence, attempt: string): Readonly<Record<string, unknown>> | undefined {
  const answer = evidence.answers.get(attempt);
  if (answer === undefined) return undefined;
  const { attempt: _, ...facts } = answer;
  return facts;
}

export const unanswered: Verdict = { outcome: 'unproved', detail: 'no answer' };

/** Each part was refused by the kernel. */
export function allRefused(attempt: string): Judge {
  return (evidence) => {
    const facts = factsOf(evidence, attempt);
    if (facts === undefined) return unanswered;
    const done = Object.entries(facts).flatMap(([name, answer]) => (answer === 'fine' ? [name] : []));
    return done.length > 0 ? succeeded(done.join(' ')) : stopped(reasons(Object.values(facts)));
  };
}

/** System calls that test/fixtures/probe/hostile.c tried, by its names. */
export function callsRefused(...names: readonly string[]): Judge {
  return (evidence) => {
    const calls = factsOf(evidence, 'calls')?.['calls'] as Readonly<Record<string, string>> | undefined;
    if (calls === undefined || names.some((name) => calls[name] === undefined)) return unanswered;
    const done = names.filter((name) => calls[name] === 'fine');
    return done.length > 0 ? succeeded(done.join(' ')) : stopped(reasons(names.map((name) => calls[name])));
  };
}

/** Nothing reached a fake upstream, and nothing was answered. */
export function unreachable(attempt: string): Judge {
  return (evidence) => {
    const facts = factsOf(evidence, attempt);
    if (facts === undefined) return unanswered;
    const hits = evidence.hits.filter(({ text }) => text.includes(attempt)).map(({ at }) => at);
    const answered = Object.entries(facts).flatMap(([name, answer]) => (answer === 'fine' ? [name] : []));
    const reached = [...new Set([...hits, ...answered])];
    return reached.length > 0 ? succeeded(reached.join(' ')) : stopped(reasons(Object.values(facts)));
  };
}

function reasons(answers: readonly unknown[]): string {
  return [...new Set(answers.filter((answer) => typeof answer === 'string'))].sort().slice(0, 3).join(' ');
}
