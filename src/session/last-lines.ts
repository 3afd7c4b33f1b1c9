import type { Channel } from './session.ts';

const maxLines = 40;
const maxLength = 1000;

/** Reads a stream to its end, and keeps its last lines: the list grows while the server writes. */
export function lastLines(stream: Channel['stderr']): string[] {
  const lines: string[] = [];
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = (parts.pop() ?? '').slice(-maxLength);
    lines.push(...parts.map((line) => line.slice(0, maxLength)));
    lines.splice(0, lines.length - maxLines);
  });
  stream.on('error', () => undefined);
  return lines;
}
