/** For a process of our own in a home of its own, where it would compile all of mcpcat anew: what the run has compiled. */
export const compiled: Readonly<Record<string, string>> =
  process.env['NODE_COMPILE_CACHE'] === undefined
    ? {}
    : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
