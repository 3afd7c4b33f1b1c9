import type { Message, Part } from './message.ts';

/**
 * A message as JSON text without line end, in pieces: a big value is passed on as the very bytes it came in, line ends
 * between its own values too (`writeLine` takes them out).
 */
export function writeMessage(message: Message): readonly (string | Buffer)[] {
  switch (message.kind) {
    case 'request':
      return withPart(
        `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"method":${JSON.stringify(message.method)}`,
        'params',
        message.params,
      );
    case 'notification':
      return withPart(
        `{"jsonrpc":"2.0","method":${JSON.stringify(message.method)}`,
        'params',
        message.params,
      );
    case 'result':
      return withPart(`{"jsonrpc":"2.0","id":${JSON.stringify(message.id)}`, 'result', message.result);
    case 'failure':
      return withPart(`{"jsonrpc":"2.0","id":${JSON.stringify(message.id)}`, 'error', message.error);
  }
}

/** The same in one piece. */
export function messageText(message: Message): string {
  return writeMessage(message).map(String).join('');
}

function withPart(head: string, name: string, part: Part | undefined): readonly (string | Buffer)[] {
  return part === undefined ? [`${head}}`] : [`${head},"${name}":`, part.bytes, '}'];
}
