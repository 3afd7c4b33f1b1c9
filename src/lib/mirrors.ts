import { earlyEnd, earlyEndText } from './early-end.ts';
import { McpcatError } from './errors.ts';
import { isLoopback } from './loopback.ts';

/** What has a mirror. `registry` is that of images; `debianSnapshot` stands in for snapshot.debian.org, `osv` for api.osv.dev. */
export const mirrorNames = ['npm', 'pypi', 'go', 'debian', 'debianSnapshot', 'registry', 'osv'] as const;
export type MirrorName = (typeof mirrorNames)[number];
export type Mirrors = Readonly<Partial<Record<MirrorName, string>>>;

type Env = Readonly<Record<string, string | undefined>>;

const variables: Readonly<Record<MirrorName, string>> = {
  npm: 'MCPCAT_MIRROR_NPM',
  pypi: 'MCPCAT_MIRROR_PYPI',
  go: 'MCPCAT_MIRROR_GO',
  debian: 'MCPCAT_MIRROR_DEBIAN',
  debianSnapshot: 'MCPCAT_MIRROR_DEBIAN_SNAPSHOT',
  registry: 'MCPCAT_MIRROR_REGISTRY',
  osv: 'MCPCAT_MIRROR_OSV',
};

/** These are signed, and every file is known by its hash; of the others the newest release is believed. */
const signed: ReadonlySet<MirrorName> = new Set(['debian', 'debianSnapshot']);

/** The mirror that the environment names. Throws `usage` for what is no address: what was asked for is never left out. */
export function mirrorIn(env: Env, name: MirrorName): string | undefined {
  const text = env[variables[name]];
  return text === undefined || text === '' ? undefined : parseMirror(name, text, variables[name]);
}

/** The same for the programs and the code that are handed an environment. */
export function mirrorVariables(mirrors: Mirrors): Record<string, string> {
  return Object.fromEntries(
    mirrorNames.flatMap((name) => (mirrors[name] === undefined ? [] : [[variables[name], mirrors[name]]])),
  );
}

/**
 * An address without a slash at its end; of a registry `HOST[:PORT][/PATH]`. Throws `usage`; the text may hold a password
 * and is not repeated.
 */
export function parseMirror(name: MirrorName, text: string, what: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  if (name === 'registry') return parseRegistry(trimmed, what);
  const early = earlyEnd(trimmed);
  if (early !== undefined) throw new McpcatError('usage', `${what}: ${earlyEndText(early)}`);
  const odd = oneAddress.find(([form]) => form.test(trimmed));
  if (odd !== undefined) throw new McpcatError('usage', `${what}: expected one address, found ${odd[1]}`);
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  const plain = url?.protocol === 'http:' && (signed.has(name) || isLoopback(url.hostname));
  if (url !== undefined && (url.protocol === 'https:' || plain)) return trimmed;
  const found = url === undefined ? 'something else' : `${url.protocol}//${url.host}`;
  throw new McpcatError('usage', `${what}: expected an https address, found ${found}`, {
    hint: 'http is for this machine, and for what Debian signs',
  });
}

/** Lists, as GOPROXY has them, and what would stand in the middle of the addresses that are made of a mirror's. */
const oneAddress: readonly (readonly [form: RegExp, found: string])[] = [
  [/[,|\s]/, 'several'],
  [/[?#]/, 'a ? or # in it'],
];

function parseRegistry(text: string, what: string): string {
  const place = text.replace(/^https:\/\//, '');
  if (/^[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9._-]+)*$/i.test(place) && !text.startsWith('http:')) return place;
  throw new McpcatError(
    'usage',
    `${what}: expected HOST[:PORT][/PATH] of an image registry, found something else`,
  );
}
