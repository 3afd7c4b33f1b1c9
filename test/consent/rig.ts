import { hostOf } from '../../src/host/this-host.ts';
import type { Places } from '../../src/consent/store.ts';
import type { Start } from '../../src/consent/agree.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { entryOf } from '../sandbox/fixtures.ts';

/** A machine whose home is this folder. */
export function placesIn(home: string, env: Readonly<Record<string, string>> = {}): Places {
  return { env: { HOME: home, ...env }, host: hostOf(thisMachine()) };
}

/** The server `notes` of a catalog, as an entry says it. */
export function startOf(
  entry: Readonly<Record<string, unknown>> = {},
  more: Partial<Omit<Start, 'entry'>> = {},
): Start {
  return {
    entry: entryOf(entry),
    image: undefined,
    tools: { count: 1, names: ['read'] },
    catalog: '/srv/catalog',
    ...more,
  };
}
