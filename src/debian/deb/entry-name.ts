/** `./usr/bin/` → `usr/bin`; undefined if it is absolute, climbs, or is not UTF-8. The root folder is the empty name. */
export function entryName(name: string): string | undefined {
  if (name.startsWith('/') || /[\0\ufffd]/.test(name)) return undefined;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : binary(parts.join('/'));
}

/** One character per byte, as tar-entry.ts has all text. */
export function binary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Whether a symbolic link climbs above the root folder that it lies in. An absolute one can't: the root it is
 * resolved in is the image's own.
 */
export function leavesRoot(name: string, target: string): boolean {
  if (target === '' || /[\0\ufffd]/.test(target)) return true;
  if (target.startsWith('/')) return false;
  let depth = name.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}
