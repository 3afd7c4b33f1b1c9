import { createHash, createPublicKey, verify } from 'node:crypto';

/** A key as Go's notes have it: `NAME+HASH+BASE64` of a byte for the algorithm and the Ed25519 key. */
export interface NoteKey {
  readonly name: string;
  readonly hash: Buffer;
  readonly publicKey: Buffer;
}

/** DER of an Ed25519 key, up to its 32 bytes (RFC 8410). */
const ed25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** Throws for what is no key of this form, or whose hash is not its own. */
export function noteKey(text: string): NoteKey {
  const [, name, hex, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || hex === undefined || key.length !== 33 || key[0] !== 1)
    throw new Error('expected NAME+HASH+KEY with an Ed25519 key');
  const hash = createHash('sha256').update(`${name}\n`).update(key).digest().subarray(0, 4);
  if (hash.toString('hex') !== hex) throw new Error(`the hash of the key is not ${hex}`);
  return { name, hash, publicKey: key.subarray(1) };
}

/** The text of a note that `key` has signed (golang.org/x/mod/sumdb/note); undefined if it has not. */
export function openNote(note: string, key: NoteKey): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return undefined;
  const text = note.slice(0, end + 1);
  const signatures = note.slice(end + 2).split('\n');
  return signatures.some((line) => holds(line, { text, key })) ? text : undefined;
}

function holds(line: string, { text, key }: { readonly text: string; readonly key: NoteKey }): boolean {
  const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  const signature = Buffer.from(encoded ?? '', 'base64');
  if (name !== key.name || signature.length !== 68 || !signature.subarray(0, 4).equals(key.hash))
    return false;
  const publicKey = createPublicKey({
    key: Buffer.concat([ed25519, key.publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(undefined, Buffer.from(text), publicKey, signature.subarray(4));
}
