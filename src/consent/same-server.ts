import type { Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { label } from '../lib/labels.ts';
import { packageOf, type Grant } from './grant.ts';
import { permissionsIn } from './image-permissions.ts';
import { widening } from './widening.ts';

/** A server of a catalog, and what its entry permits. */
interface Wanted {
  readonly name: string;
  readonly grant: Grant;
}

/**
 * Refuses an image that was made for another server, or for an entry that permits more than this one: a name alone says
 * nothing, and what was verified was verified with other permissions. By the labels that `build` writes. Throws
 * `image-unverified`.
 */
export function refuseOtherImage({ name, grant }: Wanted, labels: Labels): void {
  const source = labels[label.source];
  const permitted = permissionsIn(labels[label.permissions]);
  const refuse = (found: string, detail: readonly string[] = []): never => {
    throw new McpcatError(
      'image-unverified',
      `${name}: expected an image of ${grant.package}, found ${found}`,
      {
        detail,
        hint: `mcpcat build ${name}, or where a registry has it: mcpcat pull ${name}`,
      },
    );
  };
  if (source === undefined || permitted === undefined) return refuse('one that does not say what it is of');
  if (packageOf(source) !== grant.package) return refuse(`one of ${packageOf(source)}`);
  const wider = widening(grant, { ...grant, ...permitted }, new Set());
  if (wider.length > 0) return refuse('one that was made for an entry which permits more', wider);
}

/** Whose a state is: written into the labels of a volume when it is made. */
export interface StateOwner {
  /** See `catalogId`. */
  readonly catalog: string;
  /** `npm:@scope/name`. */
  readonly package: string;
}

/** The catalog whose servers had states before their volumes said whose they are. */
const firstCatalog = 'mcpcat';

/** Refuses a volume that another catalog's or another package's server keeps. Throws `volume-foreign`. */
export function refuseOtherVolume(
  owner: StateOwner,
  volume: { readonly name: string; readonly labels: Labels },
): void {
  const { name, labels } = volume;
  const catalog = labels[label.catalog] ?? firstCatalog;
  const source = labels[label.source] ?? owner.package;
  if (catalog === owner.catalog && source === owner.package) return;
  throw new McpcatError(
    'volume-foreign',
    `the volume ${name} is kept by ${source} of the catalog ${catalog}, expected ${owner.package} of ${owner.catalog}`,
    {
      hint: `give one of the two servers another name; or forget what is kept: mcpcat volumes rm ${name}`,
    },
  );
}
