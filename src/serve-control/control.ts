import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { objectOf, parseJson, type JsonObject } from '../lib/json-value.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import type { Hub } from '../serve/front.ts';
import { forget, liveRecords, writeRecord, type Places } from './record.ts';
import { readLine } from './read-line.ts';

export interface Control {
  /** Nothing of it is left. */
  close(): void;
}

/** Milliseconds for a question to be put. */
const askingMs = 2000;

/**
 * Lets this user's other processes ask a `serve` what is awake, and put servers to sleep. One line of JSON each way:
 *
 * ```
 * {"token", "do": "overview"}                    → {"servers": [ServerStatus…]}
 * {"token", "do": "sleep", "server", "session"}  → {} when its container is gone
 * ```
 *
 * The socket lies in a temporary folder, because homes may be on a filesystem without sockets and their paths too long
 * for one. Rejects with what the system says.
 */
export async function openControl(hub: Pick<Hub, 'overview' | 'sleep'>, places: Places): Promise<Control> {
  // What others that were killed have left goes now: not everybody calls ps.
  await liveRecords(places);
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-serving-'));
  const address = places.host.ownSocket(folder);
  const asked: { token?: string } = {};
  const server = createServer((socket) => void answer(socket, hub, () => asked.token));
  server.unref();
  try {
    await listening(server, address);
    const record = writeRecord(places, { folder, address });
    asked.token = record.token;
    return {
      close: () => {
        server.close();
        forget(record);
      },
    };
  } catch (error) {
    server.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function listening(server: Server, address: string): Promise<void> {
  const heard = once(server, 'listening');
  server.listen({ path: address, readableAll: false, writableAll: false });
  await heard;
}

async function answer(
  socket: Socket,
  hub: Pick<Hub, 'overview' | 'sleep'>,
  token: () => string | undefined,
): Promise<void> {
  socket.unref();
  socket.on('error', () => undefined);
  socket.setTimeout(askingMs, () => socket.destroy());
  try {
    const question = objectOf(parseJson(await readLine(socket, 4096)));
    const [given, right] = [question['token'], token()];
    if (typeof given !== 'string' || right === undefined || !isSameSecret(given, right))
      return void socket.destroy();
    socket.setTimeout(0);
    socket.end(`${JSON.stringify(await done(question, hub))}\n`);
  } catch {
    // Whoever does not ask as we do is not told anything.
    socket.destroy();
  }
}

async function done(question: JsonObject, hub: Pick<Hub, 'overview' | 'sleep'>): Promise<object> {
  const { do: what, server, session } = question;
  if (what === 'overview') return { servers: hub.overview() };
  if (what !== 'sleep' || typeof server !== 'string' || typeof session !== 'string')
    throw new Error('expected overview or sleep');
  await hub.sleep(server, session);
  return {};
}
