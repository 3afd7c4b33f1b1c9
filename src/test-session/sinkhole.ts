import { randomBytes } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { Dial } from '../egress/dial.ts';

/** Takes the place of every host behind the tunnel's dialler: a server under test reaches nobody. */
export interface Sinkhole {
  readonly dial: Dial;
  /** What it says to whoever connects, for a probe to recognise; new for each test session. */
  readonly greeting: string;
  /** Called with the first bytes that came on a connection. */
  onTalk: (name: string, port: number, bytes: Buffer) => void;
}

/** Milliseconds after which a connection that says nothing is closed; a server shall go on and not wait for an answer. */
const timeoutMs = 1000;

/** Says its greeting, listens to the first bytes and closes: to TLS and HTTP alike that is a clean, quick failure. */
export function openSinkhole(): Sinkhole {
  const greeting = `mcpcat sinkhole ${randomBytes(8).toString('hex')}\r\n`;
  const sinkhole: Sinkhole = {
    greeting,
    onTalk: () => undefined,
    dial: ({ name, port }) => {
      const [here, there] = duplexPair();
      const timer = setTimeout(() => here.end(), timeoutMs).unref();
      here.on('error', () => undefined);
      here.once('close', () => clearTimeout(timer));
      here.once('data', (bytes: Buffer) => {
        sinkhole.onTalk(name, port, bytes);
        here.resume().end();
      });
      here.once('end', () => here.end());
      here.write(greeting);
      return Promise.resolve({ outcome: 'connected', stream: there, address: 'sinkhole' });
    },
  };
  return sinkhole;
}
