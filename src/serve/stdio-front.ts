import type { Readable, Writable } from 'node:stream';
import { idOfEnds } from './id-of-ends.ts';
import type { ClientConnection, Hub } from './front.ts';
import { FirstAnswer, type Greeted } from './first-answer.ts';
import { errorCode, failure, type Failure, type Message } from './message.ts';
import { readLines } from './read-lines.ts';
import { readMessage, type Malformed } from './read-message.ts';
import { writeLine } from './write-line.ts';

export interface StdioRequest {
  readonly hub: Hub;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Who started us; asked where the client does not say its name itself. */
  readonly client: () => string;
  readonly greeted?: Greeted | undefined;
}

/** Milliseconds that open requests have after the end of the input: clients close it and still wait for answers. */
const lastAnswersMs = 10_000;

/** One client on stdin and stdout. Resolves when it is gone: its input has ended, or it reads no more. */
export async function serveStdio({ hub, stdin, stdout, client, greeted }: StdioRequest): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const first = new FirstAnswer(greeted);
  const connection = connectionTo(stdout, client, first);
  const session = hub.open(connection);
  stdout.once('error', () => gone.resolve());
  readLines(stdin, {
    line: (bytes) => {
      const message = readMessage(bytes);
      if (message.kind === 'malformed') return connection.send(answerTo(message), { about: undefined });
      first.asked(message);
      session.deliver(message);
      return undefined;
    },
    tooLong: (ends) => {
      const answer = failure(idOfEnds(ends) ?? null, errorCode.invalidRequest, 'the message is too large');
      void connection.send(answer, { about: undefined });
    },
    end: () => {
      setTimeout(() => gone.resolve(), lastAnswersMs).unref();
      void session.settled().then(() => gone.resolve());
    },
  });
  await gone.promise;
}

/** Who does not read holds back the servers, not our memory. */
function connectionTo(stdout: Writable, name: () => string, first: FirstAnswer): ClientConnection {
  let full: Promise<void> | undefined;
  return {
    transport: 'stdio',
    get name() {
      return name();
    },
    send: (message: Message) => {
      if (!stdout.writable || first.isGiven(message)) return undefined;
      if (!writeLine(stdout, message))
        full ??= new Promise((resolve) => {
          const over = (): void => {
            full = undefined;
            resolve();
          };
          stdout.once('drain', over);
          stdout.once('close', over);
        });
      return full;
    },
  };
}

const reasons: Readonly<Record<Malformed['reason'], { readonly code: number; readonly text: string }>> = {
  'not-json': { code: errorCode.parse, text: 'expected one message of JSON-RPC 2.0 a line, found no JSON' },
  batch: {
    code: errorCode.invalidRequest,
    text: 'expected one message of JSON-RPC 2.0 a line, found a batch: send its messages one by one',
  },
  'not-json-rpc': {
    code: errorCode.invalidRequest,
    text: 'expected a message of JSON-RPC 2.0: "jsonrpc": "2.0", an id that is a string or an integer, params that are an object',
  },
};

/** What can't be understood is answered, never guessed at. */
export function answerTo({ reason, id }: Malformed): Failure {
  const { code, text } = reasons[reason];
  return failure(id, code, text);
}
