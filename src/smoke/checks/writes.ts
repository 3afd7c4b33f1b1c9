import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** Nothing outside the declared folders was written, or tried to be. */
export const writesInside: Check = ({ entry, changes, stderr }) => {
  const { writable, mounts, state } = entry.permissions;
  const declared = [...writable, ...[...mounts, ...state].map(({ target }) => target)];
  const outside = changes.filter(
    (path) =>
      !declared.some(
        (folder) => path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`),
      ),
  );
  // Node and Python both name the path they could not write.
  const refused = stderr.flatMap(
    (line) => /(?:EROFS: read-only file system, \w+|Read-only file system:) '([^']+)'/.exec(line)?.[1] ?? [],
  );
  return [
    ...(outside.length > 0
      ? [
          finding(
            'writes-outside',
            `${String(outside.length)} path(s) outside the declared folders changed`,
            outside,
          ),
        ]
      : []),
    ...(refused.length > 0
      ? [finding('write-refused', 'it tried to write to the read-only root', [...new Set(refused)])]
      : []),
  ];
};
