import { after } from 'node:test';

/**
 * What a test file opens, for `use` and `defer`: closed after its last test, the newest first, each although another
 * could not be. So what `before` had opened when it failed is closed too, and nothing is closed that it never opened:
 * a file that leaves a server, a socket or a process open does not end.
 */
export function closedAfterwards(): AsyncDisposableStack {
  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync(), { timeout: 120_000 });
  return stack;
}
