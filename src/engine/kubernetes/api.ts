import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { codeOf } from '../../lib/error-code.ts';
import { McpcatError } from '../../lib/errors.ts';
import { hostOf } from '../../lib/ip-address.ts';
import { fieldsOf, textOf } from '../json.ts';
import type { ClusterAccess, Credentials } from './access.ts';
import { connectionError, doingOf, refusalError, type Asked, type Refusal } from './failure.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly asked: Asked;
}

/** Where to, and with what proves who asks. */
export type Connection = Omit<RequestOptions, 'headers'> & {
  readonly headers: Readonly<Record<string, string>>;
};

/** What came of one request, or of one stream that was to be opened. */
export type Attempt<T> =
  { readonly kind: 'taken'; readonly value: T } | ({ readonly kind: 'refused' } & Refusal);

/** Milliseconds for an answer that is no stream. */
const answerMs = 30_000;
/** Milliseconds for which an idle connection is kept. */
const idleMs = 30_000;
const maxBytes = 32 << 20;
const noHeaders: Readonly<Record<string, string>> = {};

/** Requests to one API server. Every method rejects with McpcatError. */
export class Api {
  readonly #access: ClusterAccess;
  // What lies between may forget an idle connection, and tell nobody.
  readonly #agent = new Agent({ keepAlive: true, timeout: idleMs });

  constructor(access: ClusterAccess) {
    this.#access = access;
  }

  get server(): URL {
    return this.#access.server.url;
  }

  /** What tells this cluster from another that is made in its place at the same address: its authority. */
  get identity(): readonly (string | undefined)[] {
    const { url, ca } = this.#access.server;
    return [url.href, ca];
  }

  /** What the answer holds; undefined where there is no such thing (404). */
  async find(call: Call): Promise<unknown> {
    try {
      return await this.ask(call);
    } catch (error) {
      if (error instanceof McpcatError && error.code === 'container-missing') return undefined;
      throw error;
    }
  }

  async ask(call: Call): Promise<unknown> {
    const text = await this.attempt(call.asked, async (connection) => this.#answer(call, connection));
    const value = json(text);
    // A list that can't be read is not an empty one.
    if (isObject(value)) return value;
    throw new McpcatError(
      'engine-failed',
      `${doingOf(call.asked)}: expected a JSON object from the API server, found ${JSON.stringify(text.slice(0, 100))}`,
      { hint: 'a proxy in front of it may have answered instead' },
    );
  }

  /**
   * The documents of a watch, until it ends, one of them can't be read, or `signal` is aborted: whoever watches looks
   * again and watches anew, so nothing is missed.
   */
  async *watch(call: Omit<Call, 'body' | 'method'>, signal: AbortSignal): AsyncGenerator<object> {
    try {
      const response = await this.attempt(call.asked, async (connection) =>
        attemptOf(await this.#open({ ...call, method: 'GET' }, connection, signal)),
      );
      for await (const line of linesOf(response)) {
        const value = json(line);
        if (!isObject(value)) return;
        yield value;
      }
    } catch (error) {
      if (!signal.aborted) throw connectionError(error, call.asked, this.server);
    }
  }

  /**
   * What `open` comes to by the same address, authorities and credentials, whatever kind of connection it makes. A token
   * may be taken back before its time: where it was (401) and there is another by now, it is opened once more. How long
   * credentials take, an exec plugin says itself; the time of an answer is measured without them.
   */
  async attempt<T>(asked: Asked, open: (connection: Connection) => Promise<Attempt<T>>): Promise<T> {
    const used = await this.#access.credentials();
    let found = await open(this.#connectionAs(used));
    if (found.kind === 'refused' && found.status === 401) {
      await this.#access.refused?.(used);
      const others = await this.#access.credentials();
      if (!isDeepStrictEqual(others, used)) found = await open(this.#connectionAs(others));
    }
    if (found.kind === 'taken') return found.value;
    throw refusalError(found, asked);
  }

  #connectionAs({ token, cert, key }: Credentials): Connection {
    const { server } = this.#access;
    return {
      host: hostOf(server.url),
      port: server.url.port || 443,
      ...(server.ca === undefined ? {} : { ca: server.ca }),
      ...(server.serverName === undefined ? {} : { servername: server.serverName }),
      ...(cert === undefined ? {} : { cert, key }),
      headers: token === undefined ? noHeaders : { authorization: `Bearer ${token}` },
    };
  }

  /** A path below the server's own: some API servers stand behind one. */
  pathOf(path: string): string {
    return `${this.server.pathname.replace(/\/$/, '')}${path}`;
  }

  /** Lets go of idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #answer(call: Call, connection: Connection): Promise<Attempt<string>> {
    const timeout = AbortSignal.timeout(answerMs);
    try {
      const found = await attemptOf(await this.#open(call, connection, timeout));
      return found.kind === 'taken' ? { kind: 'taken', value: await bodyOf(found.value) } : found;
    } catch (error) {
      if (timeout.aborted)
        throw new McpcatError(
          'timeout',
          `${doingOf(call.asked)}: the API server did not answer within ${String(answerMs)} ms`,
        );
      throw connectionError(error, call.asked, this.server);
    }
  }

  #open(call: Call, { headers, ...connection }: Connection, signal: AbortSignal): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options = {
      ...connection,
      agent: this.#agent,
      method: call.method,
      path: this.pathOf(call.path),
      signal,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': 'mcpcat',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    const answer = async (retries: number): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        let answered = false;
        const asking = request(options, (response) => {
          answered = true;
          resolve(response);
        });
        asking.on('error', (error) => {
          // What breaks an answer is heard by whoever reads it.
          if (answered) return;
          // It was closed while it was idle, as we were about to ask: nobody has heard the question.
          if (retries > 0 && asking.reusedSocket && codeOf(error) === 'ECONNRESET')
            resolve(answer(retries - 1));
          else reject(connectionError(error, call.asked, this.server));
        });
        asking.end(body);
      });
    return answer(call.method === 'POST' ? 0 : 1);
  }
}

/** What a refusal says is read at once. */
async function attemptOf(response: IncomingMessage): Promise<Attempt<IncomingMessage>> {
  const { statusCode: status = 500 } = response;
  if (status < 300) return { kind: 'taken', value: response };
  return { kind: 'refused', ...refusalIn(status, await bodyOf(response)) };
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>)
    text = bounded(text + chunk);
  return text;
}

/** Those that are not empty; what follows the last line break is none. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = bounded(lines.pop() ?? '');
    for (const line of lines) if (line !== '') yield line;
  }
}

function bounded(text: string): string {
  if (text.length <= maxBytes) return text;
  throw new McpcatError('engine-failed', `the API server answered with more than ${String(maxBytes)} bytes`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // plain words, for instance of a proxy in front of it
  }
}

/** What a `Status` says; the text itself where it is none. */
export function refusalIn(status: number, text: string): Refusal {
  const { message, details } = fieldsOf(json(text));
  const name = textOf(fieldsOf(details)['name']);
  return {
    status,
    message: typeof message === 'string' ? message : text,
    ...(name === '' ? {} : { about: name }),
  };
}
