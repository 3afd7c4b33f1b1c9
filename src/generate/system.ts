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

/**
 * Settings of programs that compare the owner of what they read with themselves. What a server is handed belongs to its
 * user and is read as somebody else, so git would refuse every repository (`safe.directory` of git-config(1), which counts in
 * the environment). Whom it protects against, the owner of a repository, is who handed it over, and the sandbox is around it all.
 */
export function systemEnv(debs: readonly Artifact[]): Record<string, string> {
  if (!debs.some((artifact) => artifact.kind === 'deb' && artifact.name === 'git')) return {};
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
}
