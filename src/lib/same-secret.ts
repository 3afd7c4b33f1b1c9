import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether it is the same text. Digests have one length, so that the comparison tells nothing of the secret's. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(secret));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
