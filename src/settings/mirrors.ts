import { McpcatError } from '../lib/errors.ts';
import { mirrorNames, parseMirror, type MirrorName, type Mirrors } from '../lib/mirrors.ts';
import { described, type Json } from './json.ts';
import { membersOf, type Problem } from './problems.ts';

interface Read {
  readonly mirrors: Mirrors;
  readonly problems: readonly Problem[];
}

/** `mirrors` of the settings file: where what is fetched comes from instead of the public places. */
export function mirrorsIn(value: Json | undefined): Read {
  if (value === undefined) return { mirrors: {}, problems: [] };
  const { members, problems } = membersOf(value, { what: 'mirrors', keys: mirrorNames });
  const read = mirrorNames.flatMap((name) => {
    const found = members.get(name)?.value;
    return found === undefined ? [] : [mirrorOf(name, found)];
  });
  const mirrors = Object.fromEntries(read.flatMap(({ mirror }) => (mirror === undefined ? [] : [mirror])));
  return { mirrors, problems: [...problems, ...read.flatMap(({ problem }) => problem ?? [])] };
}

function mirrorOf(
  name: MirrorName,
  value: Json,
): { readonly mirror?: readonly [MirrorName, string]; readonly problem?: Problem } {
  const what = `mirrors.${name}`;
  if (value.kind !== 'text') {
    const message = `${what}: expected an address in quotes, found ${described(value)}`;
    return { problem: { at: value.at, message } };
  }
  try {
    return { mirror: [name, parseMirror(name, value.value, what)] };
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { problem: { at: value.at, message: error.message, ...hint } };
  }
}

/** What holds: each mirror of the first settings file that names it. */
export function mirrorsOf(files: readonly { readonly mirrors: Mirrors }[]): Mirrors {
  return Object.assign({}, ...files.map(({ mirrors }) => mirrors).toReversed()) as Mirrors;
}
