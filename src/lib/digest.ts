const prime = 0x100000001b3n;
const offset = 0xcbf29ce484222325n;

/**
 * 64-bit FNV-1a of a text as 16 hexadecimal digits (RFC 9923). For names only: it protects against nothing, and is
 * here because loading node:crypto costs the launch path milliseconds.
 */
export function digest(text: string): string {
  let hash = offset;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  return hash.toString(16).padStart(16, '0');
}
