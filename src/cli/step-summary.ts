import { appendFileSync } from 'node:fs';
import { oneLine } from '../lib/plain-text.ts';

/** Verbs whose tables a reader of a workflow run wants to see. */
const reporting: ReadonlySet<string> = new Set([
  'rebuild',
  'publish',
  'update',
  'index',
  'propose',
  'base',
  'test',
]);

/**
 * In a GitHub workflow, adds what a reporting command prints to the summary of its step (GITHUB_STEP_SUMMARY,
 * docs.github.com: workflow commands). As code: words of strangers are in it.
 */
export function alsoIntoSummary(
  stdout: NodeJS.WriteStream,
  { argv, env }: { argv: readonly string[]; env: Readonly<Record<string, string | undefined>> },
): void {
  const { GITHUB_STEP_SUMMARY: file = '' } = env;
  if (file === '' || !reporting.has(argv[0] ?? '') || argv.includes('--json')) return;
  let said = '';
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    said += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return write(chunk, ...rest);
  };
  process.on('exit', () => {
    if (said !== '') appendFileSync(file, summaryOf(argv, said));
  });
}

/** A fence longer than any in the text. */
function summaryOf(argv: readonly string[], said: string): string {
  const longest = Math.max(2, ...[...said.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n$ mcpcat ${oneLine(argv.join(' '))}\n${said.trimEnd()}\n${fence}\n\n`;
}
