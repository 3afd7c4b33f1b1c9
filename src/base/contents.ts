import type { RootfsRecipe } from './recipe.ts';

/** Never in any base. */
const alwaysDropped = [
  'usr/share/man/',
  'usr/share/locale/',
  'usr/share/info/',
  'usr/share/lintian/',
  'usr/share/bug/',
  'usr/share/doc-base/',
  'var/cache/',
  'var/log/',
  'var/lib/apt/',
  'dev/',
  // The engine's own, different for each container.
  'etc/hostname',
  'etc/resolv.conf',
  'etc/hosts',
];
/** A runtime base has no package manager; its status is kept in another form. */
const droppedAtRunTime = [
  'var/lib/dpkg/',
  'usr/share/dpkg/',
  'usr/lib/dpkg/',
  'etc/dpkg/',
  'etc/apt/',
  'etc/cron',
  'etc/logrotate.d/',
  'etc/alternatives/',
  'etc/debconf.conf',
  'etc/rmt',
  'etc/perl/',
  'usr/share/debconf/',
  'usr/lib/python3/dist-packages/',
  'usr/share/bash-completion/',
  'usr/share/perl5/',
  'usr/share/pixmaps/',
  'usr/share/polkit-1/',
  'usr/lib/systemd/',
  'usr/share/ca-certificates/',
  'etc/ca-certificates',
  'etc/passwd',
  'etc/group',
  'etc/fstab',
  'etc/issue',
  'etc/profile.d/',
  'etc/skel/',
  'etc/update-motd.d/',
  'boot/',
  'var/backups/',
  'var/local/',
  'var/lock/',
  'var/spool/',
  'var/tmp/',
];

/** Whether a path (no leading slash) stays in the base. */
export function isKept(name: string, recipe: RootfsRecipe): boolean {
  if (matches(name, alwaysDropped)) return false;
  if (name.startsWith('usr/share/doc/') && !isCopyright(name)) return false;
  if (recipe.variant === 'extract' && matches(name, droppedAtRunTime)) return false;
  return matches(name, recipe.keep) || !matches(name, recipe.drop);
}

function isCopyright(name: string): boolean {
  return /^usr\/share\/doc\/[^/]+(\/copyright)?$/.test(name);
}

/** A pattern with a slash is the beginning of a path, one without is the beginning of a file name. */
function matches(name: string, patterns: readonly string[]): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return patterns.some((pattern) =>
    pattern.includes('/') ? `${name}/`.startsWith(pattern) : base.startsWith(pattern),
  );
}
