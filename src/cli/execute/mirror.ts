/** Debian's own address, which every mirror stands in for. */
export const defaultMirror = 'http://deb.debian.org/debian';
