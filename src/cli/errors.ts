import { McpcatError, messageOf } from '../lib/errors.ts';
import { hintText } from './flags.ts';
import { visible } from '../lib/plain-text.ts';
import { systemRefusal, type SystemRefusal } from '../lib/system-error.ts';

/** An error as people see it, and the exit code that goes with it. */
export function explain(
  error: unknown,
  debug: boolean,
): { readonly text: string; readonly exitCode: number } {
  const refusal = systemRefusal(error);
  if (!(error instanceof McpcatError)) {
    if (refusal !== undefined) return { text: refusalText(refusal), exitCode: 3 };
    const text = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    return { text: `mcpcat: a bug of ours, please report it: ${text}\n`, exitCode: 3 };
  }
  // Where the machine is at its end, its cure comes before any other.
  const spent = refusal !== undefined && /^E[MN]FILE$/.test(refusal.code) ? refusal.hint : undefined;
  const hint = spent ?? hintText(error.hint, error.inputs);
  const lines = [
    `mcpcat: ${indented(error.message)}`,
    ...error.detail.map((line) => `  ${indented(line)}`),
    ...(hint === undefined ? [] : [`hint: ${indented(hint)}`]),
    ...(debug
      ? [error.stack ?? '', ...(error.cause === undefined ? [] : [`cause: ${messageOf(error.cause)}`])]
      : []),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: error.code === 'cancelled' ? 130 : error.exitCode };
}

/** A bug is ours; a disk that is full and a home that can't be written are not. */
function refusalText({ code, reason, hint, path }: SystemRefusal): string {
  const what = path === undefined ? 'the system refused an operation' : `can't use ${path}`;
  return `mcpcat: ${indented(what)}: ${reason} (${code})\nhint: ${hint}\n`;
}

/** Words of others may be in it: a further line of theirs never begins where one of ours would. */
function indented(text: string): string {
  return visible(text).trimEnd().replaceAll('\n', '\n    ');
}
