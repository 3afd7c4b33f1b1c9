/** Mutations for the fuzz targets of this folder: the same random stream gives the same inputs. */

/** A seed text with a few pieces of it changed, doubled, moved or replaced by what breaks parsers. */
export function mutatedText(seed: string, random: () => number): string {
  let text = seed;
  for (let count = below(4, random); count >= 0; count--) text = textMutation(text, random);
  return text;
}

/** What breaks readers of text, more often than chance would have it. */
const pieces = [
  '\u001B[31m', '\u0000', '\u202E', '\uD83D', '\u0085', '\r', '\n', '\t', '"', "'", '\\', '{', '}', '[', ']', ':', ',',
  '#', '&a', '*a', '!!js/function', '|', '>', '%', '$(', '`', '=', '--', '__proto__', 'constructor', 'null', '-1', '1e999',
  '9007199254740993', '../', '//', '"__proto__":{}', 'é'.repeat(300), '[['.repeat(6000), '{"a":'.repeat(6000), ' '.repeat(3000),
]; // prettier-ignore

function textMutation(text: string, random: () => number): string {
  const at = below(text.length + 1, random);
  const to = Math.min(text.length, at + below(40, random) + 1);
  switch (below(5, random)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCodePoint(below(0x11_0000, random)) + text.slice(at);
    default:
      return text.slice(0, at) + (pieces[below(pieces.length, random)] ?? '') + text.slice(to);
  }
}

/** The same for bytes; lengths are where such parsers err. */
export function mutatedBytes(seed: Buffer, random: () => number): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let count = below(4, random); count >= 0; count--) bytes = byteMutation(bytes, random);
  return bytes;
}

function byteMutation(bytes: Buffer, random: () => number): Buffer {
  if (bytes.length === 0) return Buffer.from([below(256, random)]);
  const at = below(bytes.length, random);
  const size = below(Math.min(600, bytes.length - at), random) + 1;
  switch (below(5, random)) {
    case 0:
      bytes[at] = below(256, random);
      return bytes;
    case 1:
      bytes[at] = [(bytes[at] ?? 0) + 1, (bytes[at] ?? 0) - 1, 0, 255, 128][below(5, random)] ?? 0;
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    default:
      return Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
  }
}

export function below(bound: number, random: () => number): number {
  return Math.floor(random() * bound);
}
