import { enableCompileCache } from 'node:module';

// Before anything else is loaded: what is compiled once is not compiled again (nodejs.org/api/module.html).
enableCompileCache();
const { main } = await import('./cli/cli.ts');
const cancelled = new AbortController();
const [verb] = process.argv.slice(2);
if (verb !== 'run') {
  const cancel = (): void => {
    // A second signal does not wait for anything.
    if (cancelled.signal.aborted) process.exit(130);
    cancelled.abort();
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
}
// A reader that has seen enough (head, less) is no error.
if (verb !== 'run') {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 3);
  });
}
const { stdin, stdout, stderr, env } = process;
const exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: cancelled.signal });
// Output may still be on its way to a pipe; an empty write comes back when it has been taken.
stdout.write('', () => stderr.write('', () => process.exit(exitCode)));
