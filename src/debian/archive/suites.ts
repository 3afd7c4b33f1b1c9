/** One distribution of one of Debian's archives. */
export interface Suite {
  /** How the archive is called in addresses of mirrors and in locks. */
  readonly archive: 'debian' | 'debian-security';
  readonly name: string;
}

/** What bases and `system` packages are taken from: the stable release, its updates, its security updates. */
export const suites: readonly Suite[] = [
  { archive: 'debian', name: 'trixie' },
  { archive: 'debian', name: 'trixie-updates' },
  { archive: 'debian-security', name: 'trixie-security' },
];

/** The address of an archive; `mirror` is that of `debian`, and `debian-security` lies beside it. */
export function archiveAddress(mirror: string, archive: Suite['archive']): string {
  const main = mirror.replace(/\/$/, '');
  return archive === 'debian' ? main : main.replace(/\/debian$/, '/debian-security');
}
