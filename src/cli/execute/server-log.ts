import { oneLine } from '../../lib/plain-text.ts';

export type Write = (text: string) => void;

const maxLineChars = 4000;

/** What one of many servers says on stderr, each line under its name. */
export function serverLog(name: string, write: Write): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLineChars);
    const said = lines.filter((line) => line.trim() !== '');
    if (said.length > 0) write(said.map((line) => `${name}: ${oneLine(line, maxLineChars)}\n`).join(''));
  };
}
