import type { ServerResponse } from 'node:http';
import { writeMessage } from '../serve/write-message.ts';
import type { Message } from '../serve/message.ts';
import type { EventLog } from './event-log.ts';

/** Where a stream is kept, for revisions whose clients may resume. */
export interface Resumable {
  readonly log: EventLog;
  /** Its name in the log: of one session alone. */
  readonly stream: string;
  /** What its events are called before the client: `NAME-NUMBER`. */
  readonly name: string;
}

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Proxies would hold events back (nginx.org, X-Accel-Buffering).
  'X-Accel-Buffering': 'no',
} as const;

/** Server-sent events (html.spec.whatwg.org, 9.2) to a client that may lose its connection and come back. */
export class EventStream {
  readonly #resumable: Resumable | undefined;
  #response: ServerResponse | undefined;
  #number = 0;

  constructor(response: ServerResponse, resumable: Resumable | undefined) {
    this.#resumable = resumable;
    resumable?.log.begin(resumable.stream);
    this.#attach(response);
  }

  get isConnected(): boolean {
    return this.#response !== undefined;
  }

  /** From now on events go there; whatever connection it had is ended. */
  #attach(response: ServerResponse): void {
    this.#response?.end();
    this.#response = undefined;
    if (response.destroyed) return;
    this.#response = response;
    response.writeHead(200, headers);
    response.flushHeaders();
    response.once('close', () => {
      if (this.#response === response) this.#response = undefined;
    });
  }

  /** An event without data, which tells the client where to resume from. Only revisions since 2025-11-25 know it. */
  prime(): void {
    void this.#write(Buffer.from('data: \n\n'));
  }

  /** Resolves when the client has read so far that more may come; at once if it is not there. */
  send(message: Message): void | Promise<void> {
    return this.#write(eventOf(message));
  }

  /** Goes on there behind an event that the client has; false if what comes behind it is not kept. */
  resume(response: ServerResponse, after: number): boolean {
    const { log, stream } = this.#resumable ?? {};
    const missed = stream === undefined ? undefined : log?.after(stream, after);
    if (missed === undefined) return false;
    this.#attach(response);
    missed.forEach((event, index) => this.#response?.write(this.#numbered(event, after + index + 1)));
    return true;
  }

  keepAlive(): void {
    this.#response?.write(': keep-alive\n\n');
  }

  end(): void {
    this.#response?.end();
    this.#response = undefined;
  }

  #write(event: Buffer): void | Promise<void> {
    this.#number += 1;
    this.#resumable?.log.add(this.#resumable.stream, event);
    const response = this.#response;
    if (response === undefined || response.write(this.#numbered(event, this.#number))) return undefined;
    return new Promise((resolve) => {
      response.once('drain', resolve);
      response.once('close', resolve);
    });
  }

  #numbered(event: Buffer, number: number): Buffer {
    if (this.#resumable === undefined) return event;
    return Buffer.concat([Buffer.from(`id: ${this.#resumable.name}-${String(number)}\n`), event]);
  }
}

/** JSON may stand on several lines where it is passed on as it came; each is a line of data of its own. */
function eventOf(message: Message): Buffer {
  const json = Buffer.concat(writeMessage(message).map((piece) => Buffer.from(piece)));
  const data = json.includes(0x0a) || json.includes(0x0d) ? lines(json) : json;
  return Buffer.concat([Buffer.from('event: message\ndata: '), data, Buffer.from('\n\n')]);
}

/** Line ends in JSON stand between its tokens only. */
function lines(json: Buffer): Buffer {
  return Buffer.from(json.toString('utf8').replaceAll(/\r\n?|\n/g, '\ndata: '));
}
