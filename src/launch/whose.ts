import type { ContainerSummary, Engine, VolumeFacts } from '../engine/engine.ts';
import type { Host } from '../host/host.ts';
import { label } from '../lib/labels.ts';
import { parseOwner, thisOwner, type Owner } from '../sandbox/owner.ts';

/** Whose containers and volumes a command is about: on a shared engine others' carry our labels too. */
export interface Whose {
  readonly scope: 'own' | 'everyone';
  readonly host: Host;
}

export interface OwnContainer extends ContainerSummary {
  readonly owner: Owner;
}

/** The containers that say that this user made them on this host. */
export async function claimedContainers(engine: Engine, host: Host): Promise<readonly OwnContainer[]> {
  return claimed(await engine.listContainers({ [label.owner]: '' }), host);
}

function claimed(containers: readonly ContainerSummary[], host: Host): OwnContainer[] {
  const self = thisOwner(host);
  return containers.flatMap((container) => {
    const owner = parseOwner(container.labels[label.owner] ?? '');
    return owner?.host === self.host ? [{ ...container, owner }] : [];
  });
}

/**
 * Those that do not have that from their image: a container takes over the labels of its image, and anybody may write
 * ours into one. Each is judged by its own image: that another's carries the same owner, copied from a session at work,
 * must not hide that session. Asks for images, which costs an engine with many some time: so ask for few containers, or
 * for none.
 */
export async function genuine<T extends ContainerSummary>(
  engine: Engine,
  claims: readonly T[],
): Promise<readonly T[]> {
  if (claims.length === 0) return claims;
  const images = await engine.listImages({ [label.owner]: '' });
  const written = new Set(images.map(({ labels }) => labels[label.owner]));
  const judged = await Promise.all(
    claims.map(async (claim) => {
      const owner = claim.labels[label.owner];
      // What no image says, none has from its image: that is the rule, and costs nothing more.
      if (!written.has(owner)) return [claim];
      const image = await engine.inspectImage(claim.imageId);
      return image?.labels[label.owner] === owner ? [] : [claim];
    }),
  );
  return judged.flat();
}

export interface Found<T> {
  readonly found: readonly T[];
  /** How many carry our labels and are another user's or host's, or nobody's. */
  readonly others: number;
}

export async function containersOf(
  engine: Engine,
  { scope, host }: Whose,
): Promise<Found<ContainerSummary & { readonly own: boolean }>> {
  const all = await engine.listContainers({ [label.owner]: '' });
  const ours = await genuine(engine, claimed(all, host));
  const ids = new Set(ours.map(({ id }) => id));
  const marked = all.map((container) => ({ ...container, own: ids.has(container.id) }));
  const others = marked.filter((container) => !container.own).length;
  return scope === 'everyone'
    ? { found: marked, others: 0 }
    : { found: marked.filter((container) => container.own), others };
}

/** Volumes that servers keep; one that does not say whose it is belongs to nobody. */
export async function volumesOf(engine: Engine, { scope, host }: Whose): Promise<Found<VolumeFacts>> {
  const all = await engine.listVolumes({ [label.server]: '', [label.state]: '' });
  if (scope === 'everyone') return { found: all, others: 0 };
  const self = thisOwner(host);
  const found = all.filter(({ labels }) => labels[label.host] === self.host);
  return { found, others: all.length - found.length };
}
