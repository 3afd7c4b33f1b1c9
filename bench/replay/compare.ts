import type { CallLine } from '../../src/call-log/call-line.ts';
import type { LoggedSession } from './logged-calls.ts';

export interface Difference {
  readonly session: string;
  readonly server: string;
  readonly tool: string;
  readonly was: CallLine['outcome'];
  /** `missing`: it is not in the log of the replay. */
  readonly is: CallLine['outcome'] | 'missing';
}

export interface Comparison {
  readonly calls: number;
  readonly same: number;
  readonly differences: readonly Difference[];
  /** Calls that the replay's log has and the other has not. */
  readonly extra: number;
  /** Of those that were `ok` both times and have a result in both logs: with the same one. */
  readonly sameResults: number;
  readonly results: number;
  /** `SERVER TOOL` of those with another one: what a server says may be another each time. */
  readonly otherResults: readonly string[];
}

/** What a machine and its speed decide, or the rules of a profile that the replay has not: only shown. */
const ofElsewhere: ReadonlySet<string> = new Set(['cancelled', 'timeout', 'died', 'not-started', 'refused']);

/** Outcomes of the replay, whose sessions are named by `nameOf`, beside those of the log. */
export function compare(
  sessions: readonly LoggedSession[],
  replayed: readonly CallLine[],
  nameOf: (session: LoggedSession) => string,
): Comparison {
  const found = Map.groupBy(replayed, (call) => keyOf(call.client, call));
  const pairs = sessions.flatMap((session) =>
    session.calls.map((call) => ({
      session,
      call,
      again: found.get(keyOf(nameOf(session), call))?.shift(),
    })),
  );
  const same = pairs.filter(({ call, again }) => again?.outcome === call.outcome);
  const withResults = same.filter(
    ({ call, again }) => call.outcome === 'ok' && call.result !== undefined && again?.result !== undefined,
  );
  const others = withResults.filter(({ call, again }) => !isSame(call.result, again?.result));
  return {
    calls: pairs.length,
    same: same.length,
    differences: pairs
      .filter(({ call, again }) => again?.outcome !== call.outcome)
      .map(({ session, call, again }) => ({
        session: session.session,
        server: call.server,
        tool: call.tool,
        was: call.outcome,
        is: again?.outcome ?? 'missing',
      })),
    extra: [...found.values()].flat().length,
    results: withResults.length,
    sameResults: withResults.length - others.length,
    otherResults: [...new Set(others.map(({ call }) => `${call.server} ${call.tool}`))],
  };
}

/** Whether a difference is held against `serve` and its servers. */
export function counts({ was }: Difference): boolean {
  return !ofElsewhere.has(was);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function keyOf(client: string, { server, tool, arguments: given }: CallLine): string {
  return JSON.stringify([client, server, tool, given ?? {}]);
}
