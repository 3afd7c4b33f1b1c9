import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { LineTransport } from '../../src/mcp/line-transport.ts';

type Message = Readonly<Record<string, unknown>>;

export interface Listener {
  readonly transport: LineTransport<Message>;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly messages: Message[];
  readonly said: { closed: boolean; errors: string[] };
  /** Writes to what the server's stdout is, and waits until it has been taken. */
  readonly write: (chunk: string | Buffer) => Promise<void>;
}

/** A transport over streams that the test holds the other end of. */
export async function listen(): Promise<Listener> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const transport = new LineTransport<Message>({ stdin, stdout });
  const messages: Message[] = [];
  const said = { closed: false, errors: [] as string[] };
  Object.assign(transport, {
    onmessage: (received: Message) => messages.push(received),
    onclose: () => (said.closed = true),
    onerror: (error: Error) => said.errors.push(error.message),
  });
  await transport.start();
  const write = async (chunk: string | Buffer): Promise<void> => {
    stdout.write(chunk);
    await turn();
    await turn();
  };
  return { transport, stdin, stdout, messages, said, write };
}

export function message(id: number, more: object = {}): Message {
  return { jsonrpc: '2.0', id, result: {}, ...more };
}
