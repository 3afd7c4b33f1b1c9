import { Transform } from 'node:stream';

const newline = 0x0a;

/**
 * For servers that are known to print other text on stdout (an exception in their entry says so): lines that don't
 * begin as JSON go elsewhere instead. Nothing is held back: a line's first byte decides where its bytes go.
 */
export function sortLines(onNoise: (piece: Buffer) => void): Transform {
  let isMessage: boolean | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length;) {
        const end = chunk.indexOf(newline, at);
        const next = end < 0 ? chunk.length : end + 1;
        isMessage ??= beginsAsJson(chunk[at]);
        const piece = chunk.subarray(at, next);
        if (isMessage) this.push(piece);
        else onNoise(piece);
        if (end >= 0) isMessage = undefined;
        at = next;
      }
      done();
    },
  });
}

/** A JSON-RPC message is an object, a batch of the older revisions an array. */
function beginsAsJson(byte: number | undefined): boolean {
  return byte === '{'.charCodeAt(0) || byte === '['.charCodeAt(0);
}
