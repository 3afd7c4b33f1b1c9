import { promises } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CallLine } from '../../src/call-log/call-line.ts';
import { McpcatError, messageOf } from '../../src/lib/errors.ts';
import type { JsonObject } from '../../src/lib/json-value.ts';

/** One call of a log that can be made again: what it was called with stands there. */
export type LoggedCall = CallLine & { readonly atMs: number; readonly arguments: JsonObject | null };

/** What one client did, in the order of time. */
export interface LoggedSession {
  readonly session: string;
  readonly client: string;
  readonly calls: readonly LoggedCall[];
}

/** A file of the log of calls, or the folder of all of them. Throws `usage` with file and line for what can't be replayed. */
export async function loggedSessions(place: string): Promise<readonly LoggedSession[]> {
  const facts = await promises.stat(place).catch((error: unknown) => {
    throw new McpcatError('usage', `can't read the log: ${place} (${messageOf(error)})`);
  });
  const names = facts.isDirectory()
    ? (await promises.readdir(place)).filter((name) => name.endsWith('.jsonl')).toSorted()
    : [''];
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(place, name);
      return callsIn(await promises.readFile(file, 'utf8'), file);
    }),
  );
  return sessionsOf(files.flat());
}

/** One call a line. Throws `usage` with the line that is none. */
export function callsIn(text: string, file: string): readonly LoggedCall[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [callIn(line, file, index + 1)]));
}

export function sessionsOf(calls: readonly LoggedCall[]): readonly LoggedSession[] {
  const groups = Map.groupBy(calls, ({ session }) => session);
  const sessions = [...groups].map(([session, own]) => ({
    session,
    client: own[0]?.client ?? '',
    calls: own.toSorted((a, b) => a.atMs - b.atMs),
  }));
  return sessions.toSorted((a, b) => (a.calls[0]?.atMs ?? 0) - (b.calls[0]?.atMs ?? 0));
}

function callIn(line: string, file: string, number: number): LoggedCall {
  const fail = (expected: string): McpcatError =>
    new McpcatError('usage', `${file}:${String(number)}: expected ${expected}, found ${line.slice(0, 80)}`);
  const call = CallLine.safeParse(jsonIn(line)).data;
  if (call === undefined) throw fail('a line of the log of calls');
  const given = Arguments.safeParse(call.arguments).data;
  if (given === undefined || (given !== null && isCut(given)))
    throw fail('a call with its whole arguments (mcpcat serve --log-content)');
  return { ...call, arguments: given, atMs: Date.parse(call.time) };
}

/** Null: it had none. Nothing: it was not logged. */
const Arguments = z.record(z.string(), z.json()).nullable();

/** As the log shows what is too long for it. */
function isCut(given: JsonObject): boolean {
  return typeof given['bytes'] === 'number' && typeof given['beginning'] === 'string';
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
