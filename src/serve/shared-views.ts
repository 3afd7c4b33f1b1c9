import type { KeptLists } from './kept-lists.ts';
import type { Policy } from './policy.ts';
import type { ShownServer } from './shown-server.ts';
import { viewOf, type View } from './view.ts';

/** Of sessions that differ in what they were shown; the newest ones. */
const max = 16;

/**
 * Views for all sessions of a hub: those that are shown the same surfaces get the same view, whose lists are written
 * once. A view says nothing of the session that it is for, and never changes.
 */
export class SharedViews {
  readonly #policy: Pick<Policy, 'shows' | 'rules'>;
  readonly #kept: KeptLists | undefined;
  readonly #made: { readonly servers: readonly ShownServer[]; readonly view: View }[] = [];

  constructor(policy: Pick<Policy, 'shows' | 'rules'>, kept?: KeptLists) {
    this.#policy = policy;
    this.#kept = kept;
  }

  of(servers: readonly ShownServer[]): View {
    const found = this.#made.find((one) => isSame(one.servers, servers));
    if (found !== undefined) return found.view;
    const view = viewOf(servers, this.#policy, this.#kept);
    this.#made.unshift({ servers, view });
    this.#made.splice(max);
    return view;
  }
}

/** The very same surfaces: to compare what they hold would cost more than a view. */
function isSame(one: readonly ShownServer[], other: readonly ShownServer[]): boolean {
  return (
    one.length === other.length &&
    one.every(
      ({ server, surface }, index) => other[index]?.server === server && other[index].surface === surface,
    )
  );
}
