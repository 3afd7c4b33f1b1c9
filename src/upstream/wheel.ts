import type { Platform } from '../engine/engine.ts';

/** The Python of the base: CPython 3.13 on glibc 2.41. */
const minor = 13;
const glibcMinor = 41;

/**
 * How well a wheel fits, higher is better, undefined if it does not run there. File names are
 * `name-version(-build)?-python-abi-platform.whl` with dotted sets of tags (PEP 425, PEP 427).
 */
export function wheelScore(filename: string, platform: Platform): number | undefined {
  const parts = filename.replace(/\.whl$/, '').split('-');
  if (!filename.endsWith('.whl') || parts.length < 5) return undefined;
  const [pythons = '', abis = '', platforms = ''] = parts.slice(-3);
  const python = best(pythons, (tag) => pythonScore(tag, abis));
  const place = best(platforms, (tag) => platformScore(tag, platform));
  return python === undefined || place === undefined ? undefined : python * 1000 + place;
}

function best(tags: string, score: (tag: string) => number | undefined): number | undefined {
  const scores = tags.split('.').flatMap((tag) => score(tag) ?? []);
  return scores.length === 0 ? undefined : Math.max(...scores);
}

function pythonScore(tag: string, abis: string): number | undefined {
  const abi = abis.split('.');
  const version = Number(/^cp3(\d+)$/.exec(tag)?.[1] ?? Number.NaN);
  if (version === minor && (abi.includes(`cp3${String(minor)}`) || abi.includes('none'))) return 30;
  if (version <= minor && abi.includes('abi3')) return 20;
  const pure = /^py3(\d*)$/.exec(tag)?.[1];
  return abi.includes('none') && pure !== undefined && Number(pure) <= minor ? 10 : undefined;
}

function platformScore(tag: string, platform: Platform): number | undefined {
  if (tag === 'any') return 1;
  const cpu = platform === 'linux/arm64' ? 'aarch64' : 'x86_64';
  const modern = new RegExp(`^manylinux_2_(\\d+)_${cpu}$`).exec(tag)?.[1];
  if (modern !== undefined) return Number(modern) <= glibcMinor ? 2 + Number(modern) : undefined;
  const legacy: Readonly<Record<string, number>> = {
    [`manylinux2014_${cpu}`]: 19,
    [`manylinux2010_${cpu}`]: 14,
    [`manylinux1_${cpu}`]: 7,
  };
  return legacy[tag] ?? (tag === `linux_${cpu}` ? 2 : undefined);
}
