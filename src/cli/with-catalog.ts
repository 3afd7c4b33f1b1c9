import type { Invocation } from './command.ts';

/** The same for another catalog than the one that was named; as it is, if there is none. */
export function withCatalog(invocation: Invocation, catalog: string | undefined): Invocation {
  if (catalog === undefined) return invocation;
  const { options } = invocation;
  return {
    ...invocation,
    options: { ...options, text: (name) => (name === 'catalog' ? catalog : options.text(name)) },
  };
}
