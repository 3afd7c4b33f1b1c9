import path from 'node:path';
import type { Entry, Mount } from '../catalog/entry.ts';
import { isOwn, overlap } from '../catalog/mount-checks.ts';
import { McpcatError } from '../lib/errors.ts';
import type { MountRequest } from './sandbox.ts';

/** Where mcpcat itself puts something in every container. */
const ours = ['/mcpcat-authorities', '/mcpcat-init'];

interface Wanted {
  readonly mount: Mount;
  readonly request: MountRequest;
  /** Where other folders and files of the user's are seen in the same container. */
  readonly others: readonly string[];
}

/**
 * The path of a folder on this machine as its place in the container, so that a path in an argument or an answer means
 * the same on both sides: as the user names it, links included. Throws `entry-refused` where it can't be.
 */
export function samePath(
  { permissions: { writable, state } }: Entry,
  { mount, request, others }: Wanted,
): string {
  const target = path.resolve(request.hostPath);
  const reason = placeReason(target) ?? coverReason(target);
  if (reason === undefined) return target;
  throw new McpcatError(
    'entry-refused',
    `mount ${mount.name}: ${target} ${reason}; it would be seen at the same path in the container`,
    { hint: `hand over a ${mount.kind ?? 'folder'} that lies elsewhere, such as in your home` },
  );

  function coverReason(place: string): string | undefined {
    if (isOwn(place) || ours.some((own) => overlap(own, place))) return 'is a folder of the image too';
    const kept = state.find((folder) => overlap(folder.target, place));
    if (kept !== undefined) return `overlaps ${kept.target}, where the server keeps its state`;
    const covered = writable.find((folder) => folder === place || folder.startsWith(`${place}/`));
    if (covered !== undefined) return `would cover ${covered}, where the server writes`;
    const other = others.find((one) => overlap(one, place));
    return other === undefined ? undefined : `overlaps ${other}, which is handed over as well`;
  }
}

function placeReason(target: string): string | undefined {
  if (!target.startsWith('/')) return 'is a path of Windows, which no container of Linux can have';
  // Process 1 is told of mounts in lines.
  return /[\n\0]/.test(target) ? 'has a line feed in its name' : undefined;
}
