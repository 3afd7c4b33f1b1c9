import type { Attempt } from '../../egress/attempt.ts';
import { flagText } from '../flags.ts';
import { oneLine } from '../../lib/plain-text.ts';

/** More than a person reads; a server in a loop must not fill the client's log. */
const most = 20;

/**
 * Says once what a server tried in vain: a refused name or port, a permitted host that did not answer. What went well
 * is not worth a line.
 */
export function attemptLog(
  server: string,
  stderr: { write(text: string): unknown },
): (attempt: Attempt) => void {
  const said = new Set<string>();
  return (attempt) => {
    const text = lineOf(attempt);
    if (text === undefined) return;
    const line = oneLine(text, 400);
    if (said.has(line) || said.size > most) return;
    said.add(line);
    stderr.write(
      said.size > most
        ? `mcpcat: ${server}: further attempts are not shown\n`
        : `mcpcat: ${server} ${line}\n`,
    );
  };
}

function lineOf({ what, name, port, verdict, reason, allow }: Attempt): string | undefined {
  if (reason === undefined) return undefined;
  const target = port === undefined ? name : `${name}:${String(port)}`;
  if (verdict === 'permitted') return `could not reach ${target}: ${reason}`;
  return what === 'lookup'
    ? `asked for ${target}: refused, ${reason}`
    : `tried ${target}: refused, ${reason}${allow === undefined ? '' : `; to allow it: ${flagText({ name: 'allow', value: allow })}`}`;
}
