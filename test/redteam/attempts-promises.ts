import type { Attempt } from './attempts.ts';
import { allRefused, factsOf, nothing, stopped, succeeded, unanswered, type Judge } from './evidence.ts';
import type { Scheme } from './scheme.ts';
import { catalogs } from './schemes-catalog.ts';
import { folders } from './schemes-folders.ts';
import { foreign } from './schemes-foreign.ts';
import { images } from './schemes-images.ts';
import { streams } from './schemes-streams.ts';

/** A scheme has its verdict already. */
export function bySchemes(schemes: readonly Scheme[]): readonly Attempt[] {
  return schemes.map(({ title }) => ({
    title,
    judge: ({ schemes: verdicts }) => verdicts.get(title) ?? unanswered,
  }));
}

/** Names of settings that the server's processes have. */
function sees(matches: (name: string) => boolean): Judge {
  return (evidence) => {
    const names = factsOf(evidence, 'environment')?.['names'];
    if (!Array.isArray(names) || names.length === 0) return unanswered;
    const found = names.filter((name) => typeof name === 'string' && matches(name));
    return found.length > 0 ? succeeded(found.join(' ')) : stopped('not there');
  };
}

const environment: readonly Attempt[] = [
  {
    title: 'settings of the launcher for its process 1 (MCPCAT_*)',
    judge: (evidence) =>
      evidence.column === 'mcpcat'
        ? sees((name) => name.startsWith('MCPCAT_'))(evidence)
        : nothing('its process 1 reads no settings'),
  },
  {
    title: 'a setting of the client’s environment that nobody granted',
    judge: sees((name) => name === 'RED_UNGRANTED'),
  },
];

export const newerCalls: readonly Attempt[] = [
  { title: 'the newer mount calls (fsopen, open_tree, mount_setattr)', judge: allRefused('newer-mounts') },
  { title: 'watch the machine’s file systems (fanotify)', judge: allRefused('fanotify') },
  { title: 'turn off address randomisation (personality)', judge: allRefused('personality') },
  { title: 'take descriptors of process 1 (pidfd_getfd)', judge: allRefused('pidfd_getfd') },
];

export const handedFolders: readonly Attempt[] = bySchemes(folders);
export const ownImages: readonly Attempt[] = bySchemes([...images, ...foreign]);
export const agreed: readonly Attempt[] = [...bySchemes(catalogs), ...environment];
export const secretsAndStreams: readonly Attempt[] = bySchemes(streams);
