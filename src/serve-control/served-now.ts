import { connect } from 'node:net';
import { isJsonObject, objectOf, parseJson, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import type { ServerStatus } from '../serve/front.ts';
import { readLine } from './read-line.ts';
import { liveRecords, type Places, type ServeRecord } from './record.ts';

/** One `serve` of this user that is at work. */
export interface ServeProcess {
  readonly pid: number;
  readonly servers: readonly ServerStatus[];
  /** Resolves to whether the server sleeps now; false if the process does not answer. */
  sleep(server: string, session: string): Promise<boolean>;
}

const overviewMs = 2000;
/** A server has seconds to end by itself before it is ended by force. */
const sleepMs = 15_000;
const maxAnswerBytes = 4 * 1024 ** 2;

/** All that answer. Never rejects: one that does not answer is ended by whoever started it, and is not ours to judge. */
export async function servedNow(places: Places): Promise<readonly ServeProcess[]> {
  const records = await liveRecords(places);
  const found = await Promise.all(records.map(async (record) => processOf(record)));
  return found.flatMap((one) => one ?? []);
}

async function processOf(record: ServeRecord): Promise<ServeProcess | undefined> {
  const said = await ask(record, { do: 'overview' }, overviewMs);
  const servers = said?.['servers'];
  if (!Array.isArray(servers)) return undefined;
  return {
    pid: record.owner.pid,
    servers: servers.flatMap((one: JsonValue) => statusOf(one) ?? []),
    sleep: async (server, session) =>
      (await ask(record, { do: 'sleep', server, session }, sleepMs)) !== undefined,
  };
}

async function ask(
  { address, token }: ServeRecord,
  question: JsonObject,
  withinMs: number,
): Promise<JsonObject | undefined> {
  const socket = connect(address);
  socket.setTimeout(withinMs, () => socket.destroy());
  try {
    socket.write(`${JSON.stringify({ token, ...question })}\n`);
    const answer = parseJson(await readLine(socket, maxAnswerBytes));
    return isJsonObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

const states = ['asleep', 'starting', 'working', 'idle', 'stopping'] as const;

function statusOf(value: JsonValue): ServerStatus | undefined {
  const { server, session, state, sinceMs, calls } = objectOf(value);
  const known = states.find((one) => one === state);
  if (typeof server !== 'string' || known === undefined) return undefined;
  if (typeof sinceMs !== 'number' || typeof calls !== 'number') return undefined;
  return { server, session: typeof session === 'string' ? session : undefined, state: known, sinceMs, calls };
}
