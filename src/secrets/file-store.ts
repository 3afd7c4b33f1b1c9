import { readFileSync, statSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';
import { isNothingThere } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { ownValue } from '../lib/own-value.ts';
import { writeOwnNow } from '../lib/write-now.ts';

/** A server of a catalog: the same name in another catalog is another server, and gets none of its secrets. */
export interface SecretOwner {
  /** `catalogId`. */
  readonly catalog: string;
  readonly server: string;
}

export interface NamedSecret {
  readonly owner: SecretOwner;
  readonly name: string;
}

export interface SecretPlaces {
  readonly env: Env;
  readonly host: Host;
}

/** A secret as the file has it: itself, that the keyring has it, or what a command of the user's turns into it. */
export type Kept = string | { readonly in: 'keyring' } | { readonly reference: string };

/** Catalog → server → name → secret. */
type Content = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Kept>>>>>>;

/** What a user has stored in a terminal is there in every client. */
export function secretFile(places: SecretPlaces): string {
  return places.host.path.join(foldersBelowHome(places).data, 'secrets.json');
}

/** Of one server; empty if none are stored. Throws `io-failed` if they can't be read, or others may read them. */
export function keptSecrets(owner: SecretOwner, places: SecretPlaces): Readonly<Record<string, Kept>> {
  const servers = ownValue(read(places), owner.catalog);
  return ownValue(servers ?? {}, owner.server) ?? {};
}

/** Of every server of a catalog: names, and where each is; never a value. */
export function storedNames(
  catalog: string,
  places: SecretPlaces,
): readonly (readonly [server: string, secrets: readonly (readonly [name: string, where: SecretPlace])[]])[] {
  return Object.entries(ownValue(read(places), catalog) ?? {}).map(([server, secrets]) => [
    server,
    Object.entries(secrets).map(([name, kept]) => [name, placeOf(kept)]),
  ]);
}

export type SecretPlace = 'file' | 'keyring' | 'reference';

export function placeOf(kept: Kept): SecretPlace {
  if (typeof kept === 'string') return 'file';
  return 'in' in kept ? 'keyring' : 'reference';
}

/** Writes one, or takes it away (`undefined`). Returns whether anything changed. */
export function keepSecret(
  { catalog, server }: SecretOwner,
  { name, kept }: { readonly name: string; readonly kept: Kept | undefined },
  places: SecretPlaces,
): boolean {
  const before = read(places);
  const servers = ownValue(before, catalog) ?? {};
  const { [name]: old, ...others } = ownValue(servers, server) ?? {};
  if (JSON.stringify(old) === JSON.stringify(kept)) return false;
  const secrets = kept === undefined ? others : { ...others, [name]: kept };
  const { [server]: _, ...rest } = servers;
  write(
    { ...before, [catalog]: Object.keys(secrets).length === 0 ? rest : { ...rest, [server]: secrets } },
    places,
  );
  return true;
}

function read(places: SecretPlaces): Content {
  const file = secretFile(places);
  try {
    const facts = statSync(file);
    if (places.host.system !== 'windows' && ((facts.mode & 0o077) !== 0 || !places.host.owns(facts)))
      throw unusable(
        file,
        'others may read it, or it is not yours',
        `chmod 600 ${file}, and think about the secrets in it`,
      );
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isContent(value)) return value;
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    if (isNothingThere(error)) return {};
    // Its text may be a secret: nothing of it is repeated.
    if (!(error instanceof SyntaxError))
      throw unusable(file, messageOf(error), 'let it be readable for you alone');
  }
  throw unusable(
    file,
    'expected what mcpcat has written there, found something else',
    'move it away; secrets are stored anew with: mcpcat secret set',
  );
}

function isContent(value: unknown): value is Content {
  const all = (inner: unknown, check: (member: unknown) => boolean): boolean =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.values(inner).every(check);
  return all(value, (servers) => all(servers, (secrets) => all(secrets, isKept)));
}

function isKept(value: unknown): value is Kept {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  return 'reference' in value ? typeof value.reference === 'string' : 'in' in value && value.in === 'keyring';
}

function unusable(file: string, problem: string, hint: string): McpcatError {
  return new McpcatError('io-failed', `can't use the stored secrets: ${file}: ${problem}`, { hint });
}

function write(content: Content, places: SecretPlaces): void {
  const file = secretFile(places);
  try {
    writeOwnNow(file, `${JSON.stringify(content)}\n`, { flag: 'wx', flush: true });
  } catch (error) {
    throw new McpcatError('io-failed', `can't write the stored secrets: ${file} (${messageOf(error)})`, {
      hint: 'they are as they were',
      cause: error,
    });
  }
}
