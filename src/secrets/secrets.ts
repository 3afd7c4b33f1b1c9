import { McpcatError, messageOf } from '../lib/errors.ts';
import {
  keepSecret,
  keptSecrets,
  placeOf,
  type Kept,
  type NamedSecret,
  type SecretOwner,
  type SecretPlace,
  type SecretPlaces,
} from './file-store.ts';
import { systemKeyring, type FoundKeyring, type Keyring } from './keyring.ts';
import { referencedSecret, type SecretCommand } from './secret-command.ts';

export interface SecretSource extends SecretPlaces {
  /** The user's own, from the settings file. */
  readonly secretCommand: SecretCommand | undefined;
}

/**
 * The values of those that are stored of the wanted ones (all of the server, if undefined). The keyring is asked, and a
 * command started, only for what needs it. Throws `io-failed` where one of them can't be had: a server is not started
 * with less than its user gave it.
 */
export async function storedSecrets(
  owner: SecretOwner,
  source: SecretSource,
  wanted?: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const kept = Object.entries(keptSecrets(owner, source)).filter(
    ([name]) => wanted === undefined || wanted.includes(name),
  );
  const values = await Promise.all(
    kept.map(async ([name, one]) => [name, await valueOf(one, { owner, name }, source)] as const),
  );
  return Object.fromEntries(values);
}

async function valueOf(kept: Kept, secret: NamedSecret, source: SecretSource): Promise<string> {
  if (typeof kept === 'string') return kept;
  if ('reference' in kept) return referencedSecret(commandOf(source), kept.reference, source);
  const value = await (await keyringOf(secret, source)).get(secret);
  if (value !== undefined) return value;
  throw new McpcatError('io-failed', `${what(secret)} is no longer in the keyring`, { hint: again(secret) });
}

function commandOf({ secretCommand }: SecretSource): SecretCommand {
  if (secretCommand !== undefined) return secretCommand;
  throw new McpcatError('io-failed', 'your settings file has no secretCommand that reads references', {
    hint: 'such as "secretCommand": ["/usr/bin/op", "read", "--no-newline"]',
  });
}

async function keyringOf(secret: NamedSecret, places: SecretPlaces): Promise<Keyring> {
  const found = await systemKeyring(places);
  if (found.kind === 'here') return found.keyring;
  throw new McpcatError('io-failed', `${what(secret)} is in a keyring that is not here: ${found.why}`, {
    hint: again(secret),
  });
}

function what({ owner, name }: NamedSecret): string {
  return `${name} of ${owner.server}`;
}

function again({ owner, name }: NamedSecret): string {
  return `store it anew: mcpcat secret set ${owner.server} ${name}`;
}

export type NewSecret =
  /** `file`: not in the keyring, even if there is one. */
  | { readonly name: string; readonly value: string; readonly where?: 'file' | undefined }
  | { readonly name: string; readonly reference: string };

export interface StoredSecret {
  readonly changed: boolean;
  readonly where: SecretPlace;
  /** Why it is in the file, where nobody asked for that. */
  readonly why?: string;
  /** Why the keyring still has the value that was there before. */
  readonly left?: string;
}

/**
 * Into the keyring if there is one, else into the file. A reference is tried before it is kept. Throws `io-failed` where
 * the keyring refuses: it does not go to a less safe place unasked.
 */
export async function storeSecret(
  owner: SecretOwner,
  secret: NewSecret,
  source: SecretSource,
): Promise<StoredSecret> {
  const named = { owner, name: secret.name };
  const before = keptSecrets(owner, source)[secret.name];
  if ('reference' in secret) {
    await referencedSecret(commandOf(source), secret.reference, source);
    return replaced(named, { before, kept: { reference: secret.reference } }, source);
  }
  const found: FoundKeyring =
    secret.where === 'file' ? { kind: 'none', why: '' } : await systemKeyring(source);
  if (found.kind === 'none') {
    const result = await replaced(named, { before, kept: secret.value }, source);
    return found.why === '' ? result : { ...result, why: found.why };
  }
  const { keyring } = found;
  const isThere = before !== undefined && placeOf(before) === 'keyring';
  if (isThere && (await keyring.get(named)) === secret.value) return { changed: false, where: 'keyring' };
  await keyring.set(named, secret.value);
  keepSecret(owner, { name: secret.name, kept: { in: 'keyring' } }, source);
  return { changed: true, where: 'keyring' };
}

/** What the keyring had of it goes; whoever leaves a keyring because it does not answer still can. */
async function replaced(
  secret: NamedSecret,
  { before, kept }: { readonly before: Kept | undefined; readonly kept: Kept },
  source: SecretSource,
): Promise<StoredSecret> {
  const changed = keepSecret(secret.owner, { name: secret.name, kept }, source);
  const result = { changed, where: placeOf(kept) };
  try {
    await forgetInKeyring(secret, before, source);
    return result;
  } catch (error) {
    return { ...result, left: messageOf(error) };
  }
}

/** False if there was none. What can't be taken out of the keyring stays listed. */
export async function removeSecret(secret: NamedSecret, source: SecretPlaces): Promise<boolean> {
  const before = keptSecrets(secret.owner, source)[secret.name];
  await forgetInKeyring(secret, before, source);
  return keepSecret(secret.owner, { name: secret.name, kept: undefined }, source);
}

async function forgetInKeyring(
  secret: NamedSecret,
  before: Kept | undefined,
  source: SecretPlaces,
): Promise<void> {
  if (before === undefined || placeOf(before) !== 'keyring') return;
  await (await keyringOf(secret, source)).remove(secret);
}
