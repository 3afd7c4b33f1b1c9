/**
 * Between its two parts a linker leaves the rest of a page free, so that each has its own in memory. With pages of this
 * many bytes it leaves almost nothing in the file; in memory the parts are as far from each other as before, for that
 * goes by the largest page that the processor may have (ld(1), -z common-page-size and max-page-size).
 */
const tight = '-Wl,-z,common-page-size=1024';

/**
 * What make is told beside where to (src/init/Makefile). On arm64, whose code is longer, the program fits into its
 * 100 KB so.
 */
export function initMake({
  platform,
  cross,
}: {
  readonly platform: string;
  /** Compiled on another machine. */
  readonly cross: boolean;
}): readonly string[] {
  if (cross) return ['CROSS=aarch64', `CC=aarch64-linux-gnu-gcc -specs $(CROSS_SPECS) ${tight}`];
  return platform === 'linux/arm64' ? [`CC=musl-gcc ${tight}`] : [];
}
