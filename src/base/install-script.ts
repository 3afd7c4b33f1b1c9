/** Where the packages lie in the image while they are installed, and the file that names those that come first. */
export const debsFolder = 'mcpcat-debs';
export const firstFile = 'mcpcat-first';
export const scriptFile = 'mcpcat-install.sh';

/**
 * Installs all packages of `debsFolder` with dpkg, without network, in a tree where the essential ones are only
 * unpacked: their own maintainer scripts need each other, so they are installed once more, whatever is not configured
 * yet. Everything else is unpacked and then configured in the order that the packages ask for; what does not fit
 * together fails there.
 */
export const installScript = `set -eu
export PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8
# Nobody can be asked, no service is started, and times that packages write down are those of any other build.
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true SOURCE_DATE_EPOCH=0
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/dpkg/triggers /etc/dpkg/dpkg.cfg.d
: > /var/lib/dpkg/status
: > /var/lib/dpkg/available
for architecture in "$@"; do dpkg --add-architecture "$architecture"; done
# The whole image is thrown away if it does not come to its end: no file need be on the disk before the next.
install() {
  dpkg --force-unsafe-io --force-depends --path-exclude='/usr/share/man/*' --path-exclude='/usr/share/locale/*' \\
    --path-exclude='/usr/share/info/*' --path-exclude='/usr/share/doc/*' --path-include='/usr/share/doc/*/copyright' "$@"
}
install --install $(cat /${firstFile})
install --unpack $(grep -v -x -F -f /${firstFile} /${debsFolder}/all)
dpkg --force-unsafe-io --configure -a
left=$(dpkg --audit)
if [ -n "$left" ]; then echo "$left"; exit 1; fi
rm -rf /usr/sbin/policy-rc.d /${debsFolder} /${firstFile} /${scriptFile}
`;

/** The instructions that make an image of the unpacked essential packages and all packages beside them. */
export function installDockerfile(foreign: readonly string[]): string {
  return [
    'FROM scratch',
    'ADD essential.tar /',
    `COPY ${debsFolder}/ /${debsFolder}/`,
    `COPY ${firstFile} ${scriptFile} /`,
    `RUN ${JSON.stringify(['/usr/bin/sh', `/${scriptFile}`, ...foreign])}`,
    '',
  ].join('\n');
}
