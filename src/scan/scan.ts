import { keyOf, type Advisories, type RefusedRecord } from '../advisories/advisories.ts';
import { holesOf, type Hole } from '../advisories/holes.ts';
import { identityOf, type Ecosystem } from '../advisories/identity.ts';
import { exceptionFor, type Vex, type VexException } from '../advisories/vex.ts';
import type { Inventory } from '../inventory/component.ts';

/** One server as it is scanned. */
export interface Scanned {
  readonly inventory: Inventory;
  readonly vex: Vex | undefined;
}

export interface ScannedHole extends Hole {
  readonly exception: VexException | undefined;
}

interface PackageCount {
  readonly ecosystem: Ecosystem;
  readonly packages: number;
}

export interface ServerScan {
  readonly server: string;
  readonly version: string;
  /** Worst first; also those that an exception excuses. */
  readonly holes: readonly ScannedHole[];
  /** Packages about which nobody was asked. */
  readonly unchecked: readonly PackageCount[];
}

export interface ScanReport {
  /** `YYYY-MM-DD`, in UTC. */
  readonly date: string;
  readonly servers: readonly ServerScan[];
  /** What was asked: one line each. */
  readonly sources: readonly string[];
  /** Day of the newest record of each ecosystem. */
  readonly newest: Readonly<Record<string, string>>;
  /** Records that may be about our packages and that nobody can read. */
  readonly refused: readonly RefusedRecord[];
}

/** The keys of all packages that advisories are wanted of. */
export function wantedKeys(inventories: readonly Inventory[]): ReadonlySet<string> {
  return new Set(
    inventories.flatMap(({ components }) =>
      components.flatMap((component) => {
        const identity = identityOf(component);
        return identity === undefined ? [] : [keyOf(identity)];
      }),
    ),
  );
}

/** Holds servers against advisories. Pure; `today` is `YYYY-MM-DD`. */
export function scan(
  servers: readonly Scanned[],
  {
    advisories,
    sources,
    today,
  }: { readonly advisories: Advisories; readonly sources: readonly string[]; readonly today: string },
): ScanReport {
  return {
    date: today,
    servers: servers.map(({ inventory, vex }) => ({
      server: inventory.server,
      version: inventory.version,
      holes: holesOf(inventory.components, advisories).map((hole) => ({
        ...hole,
        exception: exceptionFor(hole, vex, today),
      })),
      unchecked: uncheckedOf(inventory, advisories),
    })),
    sources,
    newest: Object.fromEntries([...advisories.newest].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    refused: advisories.refused,
  };
}

/** An ecosystem of which there is no record was not checked: that nothing was found says nothing. */
function uncheckedOf(inventory: Inventory, { newest }: Advisories): readonly PackageCount[] {
  return countsOf(inventory).filter(({ ecosystem }) => !newest.has(ecosystem));
}

/** How many packages of each ecosystem are in it, sorted. */
export function countsOf({ components }: Inventory): PackageCount[] {
  const counts = new Map<Ecosystem, number>();
  for (const component of components) {
    const ecosystem = identityOf(component)?.ecosystem;
    if (ecosystem !== undefined) counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + 1);
  }
  return [...counts]
    .map(([ecosystem, packages]) => ({ ecosystem, packages }))
    .toSorted((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1));
}

/** Whether an exception that still holds excuses it. */
export function isOpen({ exception }: ScannedHole): boolean {
  return exception?.state !== 'holds';
}
