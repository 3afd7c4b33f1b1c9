import type { Artifact } from '../catalog/lock.ts';
import { execForm, plainPath } from './quote.ts';

const unwanted = [
  'man',
  'locale',
  'info',
  'lintian',
  'bug',
  'doc-base',
  'menu',
  'applications',
  'bash-completion',
  'zsh',
].map((name) => `/sysroot/usr/share/${name}`);

/** Where a Debian package lies in the context. */
export function systemPath(artifact: Artifact): string {
  if (artifact.kind !== 'deb') throw new Error(`Internal error: no place for a ${artifact.kind} artifact`);
  return `debs/${plainPath(artifact.file.replaceAll('%3a', '_'))}`;
}

/** Unpacks Debian packages into /sysroot. Their scripts never run, and no set-uid bit survives. */
export function systemStage(debs: readonly Artifact[]): string[] {
  if (debs.length === 0) return [];
  return [
    'COPY debs/ /debs/',
    `RUN ${execForm(['mkdir', '/sysroot'])}`,
    // One instruction for all: an image can't have a layer for each of Chromium's two hundred packages.
    `RUN ${execForm(['find', '/debs', '-name', '*.deb', '-exec', 'dpkg-deb', '-x', '{}', '/sysroot', ';'])}`,
    `RUN ${execForm(['rm', '-rf', ...unwanted, '/sysroot/etc/init.d', '/sysroot/etc/cron.d', '/sysroot/etc/cron.daily', '/sysroot/var/lib/dpkg'])}`,
    `RUN ${execForm(['find', '/sysroot', '-perm', '/6000', '-type', 'f', '-exec', 'chmod', 'a-s', '{}', '+'])}`,
  ];
}
