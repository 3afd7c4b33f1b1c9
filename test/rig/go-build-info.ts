/** What a Go program says of itself, as `go version -m` reads it (pkg.go.dev/debug/buildinfo, inline form). */
export interface GoBuildInfo {
  readonly toolchain: string;
  /** Modules with version and h1: sum, also the main one. */
  readonly modules: readonly { readonly name: string; readonly version: string; readonly sum: string }[];
}

const magic = Buffer.from('\u00FF Go buildinf:', 'latin1');
const inlineStrings = 2;
const headerBytes = 32;
/** Around the text of modules stand 16 bytes each. */
const guardBytes = 16;

export function goBuildInfo(program: Buffer): GoBuildInfo {
  const start = program.indexOf(magic);
  if (start < 0 || ((program[start + 15] ?? 0) & inlineStrings) === 0)
    throw new Error('expected a Go program with its build information');
  const toolchain = textAt(program, start + headerBytes);
  const text = textAt(program, toolchain.end).text.slice(guardBytes, -guardBytes);
  const modules = text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([kind]) => kind === 'dep' || kind === 'mod')
    .map(([, name = '', version = '', sum = '']) => ({ name, version, sum }));
  return { toolchain: toolchain.text, modules };
}

/** Its length comes first, in groups of seven bits. */
function textAt(program: Buffer, offset: number): { readonly text: string; readonly end: number } {
  let [length, shift, at] = [0, 0, offset];
  for (; ; shift += 7) {
    const byte = program[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { text: program.toString('latin1', at, at + length), end: at + length };
}
