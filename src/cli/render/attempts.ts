import type { Attempt } from '../../egress/attempt.ts';
import { ownMachine } from '../../lib/host-rule.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { flagText } from '../flags.ts';

/** More than a person reads; a server in a loop must not fill the client's log. */
const maxLines = 20;

/**
 * Says once what a server tried in vain: a refused name or port, a permitted host that did not answer, what ended inside
 * its container; and the option that would permit it. What went well is not worth a line. Beyond twenty lines it counts,
 * and tells of each tenfold.
 */
export function attemptLog(
  server: string,
  stderr: { write(text: string): unknown },
): (attempt: Attempt) => void {
  const said = new Set<string>();
  let unsaid = 0;
  let next = 1;
  return (attempt) => {
    if (attempt.reason === undefined) return;
    if (said.size >= maxLines) {
      if (++unsaid < next) return;
      next *= 10;
      const times = unsaid === 1 ? 'further attempts are not shown' : `${String(unsaid)} further attempts`;
      stderr.write(`mcpcat: ${server}: ${times}\n`);
      return;
    }
    const line = oneLine(lineOf(attempt), 400);
    if (said.has(line)) return;
    said.add(line);
    stderr.write(`mcpcat: ${server} ${line}\n`);
  };
}

function lineOf({ what, name, port, verdict, reason = '', allow }: Attempt): string {
  const target = port === undefined ? name : `${name}:${String(port)}`;
  if (verdict === 'permitted') return `could not reach ${target}: ${reason}`;
  const hint = allow === undefined ? '' : `; to allow it: ${optionFor(allow, port)}`;
  return `${what === 'lookup' ? 'asked for' : 'tried'} ${target}: refused, ${reason}${hint}`;
}

/** This machine has an option of its own, which is shorter. */
function optionFor(allow: string, port: number | undefined): string {
  const own = allow === ownMachine || allow.startsWith(`${ownMachine}:`);
  if (!own) return flagText({ name: 'allow', value: allow });
  return flagText({ name: 'allow-local', ...(port === undefined ? {} : { value: String(port) }) });
}
