import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { whyUnready, type LeftOut } from '../choose.ts';

/** What can run in a cluster: no folder of anybody's is there, and images come from registries alone. Pure. */
export function chooseForCluster(
  servers: readonly ListedServer[],
  { unproved }: { readonly unproved: boolean },
): { readonly chosen: readonly ListedServer[]; readonly left: readonly LeftOut[] } {
  const judged = servers.map((server) => ({ server, reason: whyNot(server, unproved) }));
  return {
    chosen: judged.flatMap(({ server, reason }) => (reason === undefined ? [server] : [])),
    left: judged.flatMap(({ server: { name }, reason }) =>
      reason === undefined ? [] : [{ name, ...reason }],
    ),
  };
}

function whyNot(server: ListedServer, unproved: boolean): Omit<LeftOut, 'name'> | undefined {
  const { image, permissions } = server;
  const unready = whyUnready(server, unproved);
  if (unready !== undefined) return unready;
  if ((image?.reference ?? null) === null)
    return { reason: 'its image is in no registry yet (mcpcat publish)' };
  const mount = permissions.mounts.find(({ required }) => required);
  if (mount !== undefined)
    return { reason: `it needs a folder or file of yours (${mount.name}), and a pod has none` };
  return undefined;
}
