import { McpcatError, messageOf } from '../lib/errors.ts';
import { hintText } from './flags.ts';
import { visible } from '../lib/plain-text.ts';

/** An error as people see it, and the exit code that goes with it. */
export function explain(
  error: unknown,
  debug: boolean,
): { readonly text: string; readonly exitCode: number } {
  if (!(error instanceof McpcatError)) {
    const text = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    return { text: `mcpcat: a bug of ours, please report it: ${text}\n`, exitCode: 3 };
  }
  const hint = hintText(error.hint, error.inputs);
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

/** Words of others may be in it: a further line of theirs never begins where one of ours would. */
function indented(text: string): string {
  return visible(text).trimEnd().replaceAll('\n', '\n    ');
}
