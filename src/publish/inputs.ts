import { createHash } from 'node:crypto';

/** What an image was, or is to be, built from, for each platform. */
export type Fingerprints = Readonly<Record<string, string>>;

/**
 * The tag under which an index lies that was built from these: one HEAD tells whether a registry has it. Of all
 * platforms that were asked for, so that one more of them counts as a change.
 */
export function inputsTag(fingerprints: Fingerprints): string {
  const lines = Object.entries(fingerprints)
    .map(([platform, fingerprint]) => `${platform} ${fingerprint}\n`)
    .toSorted();
  return `inputs-${createHash('sha256').update(lines.join('')).digest('hex').slice(0, 32)}`;
}
