import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a `serve` listens, and what it asks for. */
export interface Served {
  readonly url: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The last message of it; undefined if there is none. */
  readonly message: Readonly<Record<string, unknown>> | undefined;
}

/** One session over Streamable HTTP, with as little as can be between it and the socket. */
export class HttpSession {
  readonly #served: Served;
  readonly #agent: http.Agent;
  #id: string | undefined;
  #lastId = 0;

  constructor(served: Served, agent: http.Agent) {
    this.#served = served;
    this.#agent = agent;
  }

  async initialize(name: string): Promise<Answer> {
    const clientInfo = { name, version: '1' };
    return this.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  }

  async ask(method: string, params: unknown = {}): Promise<Answer> {
    return this.#asked((this.#lastId += 1), method, params);
  }

  /** Asks, and gives it up after so many milliseconds; resolves when its answer is over. */
  async abandon(method: string, params: unknown, afterMs: number): Promise<void> {
    const requestId = (this.#lastId += 1);
    const answer = this.#asked(requestId, method, params);
    await sleep(afterMs);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
    (await this.#send('POST', JSON.stringify(cancelled))).resume();
    await answer;
  }

  /** Says that it is over. */
  async end(): Promise<void> {
    (await this.#send('DELETE', undefined)).resume();
  }

  async #asked(id: number, method: string, params: unknown): Promise<Answer> {
    const response = await this.#send('POST', JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const [last = ''] = text
      .split('\n')
      .filter((line) => line.includes('"jsonrpc"'))
      .slice(-1);
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'],
      message: last === '' ? undefined : (JSON.parse(last.replace(/^data: /, '')) as Answer['message']),
    };
  }

  /** Keeps a stream open; resolves to its status. */
  async listen(): Promise<number> {
    const response = await this.#send('GET', undefined);
    response.resume();
    return response.statusCode ?? 0;
  }

  async #send(method: string, body: string | undefined): Promise<http.IncomingMessage> {
    const headers = {
      Authorization: `Bearer ${this.#served.token}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      ...(this.#id === undefined ? {} : { 'Mcp-Session-Id': this.#id, 'MCP-Protocol-Version': '2025-11-25' }),
    };
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = http.request(this.#served.url, { method, headers, agent: this.#agent }, resolve);
      request.on('error', reject);
      request.end(body);
    });
    const id = response.headers['mcp-session-id'];
    if (typeof id === 'string') this.#id = id;
    return response;
  }
}
