import { McpcatError, messageOf } from '../lib/errors.ts';
import type { NamedSecret, SecretPlaces } from './file-store.ts';

/** The keyring of the system that this user is logged in to: Secret Service, macOS's Keychain, Windows's Credential Manager. */
export interface Keyring {
  /** For people. */
  readonly title: string;
  /** Undefined if it has none of this name. Each throws `io-failed` where the keyring is locked or does not answer. */
  get(secret: NamedSecret): Promise<string | undefined>;
  set(secret: NamedSecret, value: string): Promise<void>;
  remove(secret: NamedSecret): Promise<void>;
}

export type FoundKeyring =
  { readonly kind: 'here'; readonly keyring: Keyring } | { readonly kind: 'none'; readonly why: string };

const titles = {
  linux: 'the keyring of your session (Secret Service)',
  darwin: 'your Keychain',
  windows: 'the Credential Manager',
} as const;

/** Milliseconds: it may ask its user to unlock it. */
const answerMs = 60_000;
const service = 'mcpcat';

/**
 * Never throws. Pinned to the Secret Service on Linux: what the library would take in its place forgets everything when
 * the machine boots.
 */
export async function systemKeyring(places: SecretPlaces): Promise<FoundKeyring> {
  const { system } = places.host;
  const why = otherSession(places);
  if (why !== undefined) return { kind: 'none', why };
  const Entry = await entryClass();
  if (Entry === undefined)
    return { kind: 'none', why: 'the package @napi-rs/keyring is not installed, or not for this system' };
  const entryOf = ({ owner, name }: NamedSecret): NativeEntry =>
    new Entry(service, `${owner.server}/${name}@${owner.catalog}`, { linux: { store: 'secret-service' } });
  try {
    entryOf({ owner: { catalog: 'mcpcat', server: 'mcpcat' }, name: 'probe' });
  } catch (error) {
    return { kind: 'none', why: messageOf(error) };
  }
  const asked = async <T>(work: (entry: NativeEntry) => Promise<T>, secret: NamedSecret): Promise<T> => {
    try {
      return await work(entryOf(secret));
    } catch (error) {
      throw refused(secret, titles[system], error);
    }
  };
  return {
    kind: 'here',
    keyring: {
      title: titles[system],
      get: async (secret) =>
        (await asked((entry) => entry.getPassword(AbortSignal.timeout(answerMs)), secret)) ?? undefined,
      set: (secret, value) =>
        asked((entry) => entry.setPassword(value, AbortSignal.timeout(answerMs)), secret),
      remove: async (secret) => {
        await asked((entry) => entry.deleteCredential(AbortSignal.timeout(answerMs)), secret);
      },
    },
  };
}

/**
 * A process with another home works for somebody else, and must not write into the keyring of whoever is logged in. On
 * Linux the environment names the session's bus; clients withhold it, and it is where systemd has it.
 */
function otherSession({ env, host }: SecretPlaces): string | undefined {
  const named = env['DBUS_SESSION_BUS_ADDRESS'];
  if (host.system === 'linux' && named !== undefined) {
    process.env['DBUS_SESSION_BUS_ADDRESS'] = named;
    return undefined;
  }
  // Without an environment it is the account's.
  if (host.home(env) !== host.home({})) return 'HOME is not the home of this user';
  if (host.system !== 'linux') return undefined;
  const bus = `/run/user/${String(host.user?.uid)}/bus`;
  if (!host.hasSocket(bus)) return 'there is no D-Bus session';
  process.env['DBUS_SESSION_BUS_ADDRESS'] = `unix:path=${bus}`;
  return undefined;
}

/** What of the library is used. */
interface NativeEntry {
  getPassword(signal: AbortSignal): Promise<string | null>;
  setPassword(value: string, signal: AbortSignal): Promise<void>;
  deleteCredential(signal: AbortSignal): Promise<boolean>;
}

type EntryClass = new (service: string, account: string, options: object) => NativeEntry;

/** An optional dependency: whoever leaves those out, or has a system that it is not made for, has a file instead. */
async function entryClass(): Promise<EntryClass | undefined> {
  const name = '@napi-rs/keyring';
  try {
    const library: unknown = await import(name);
    const found: unknown = Reflect.get(Object(library), 'AsyncEntry');
    return isEntryClass(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isEntryClass(value: unknown): value is EntryClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return ['getPassword', 'setPassword', 'deleteCredential'].every(
    (name) => typeof Reflect.get(Object(prototype), name) === 'function',
  );
}

function refused({ owner, name }: NamedSecret, title: string, error: unknown): McpcatError {
  const late = error instanceof Error && error.name === 'AbortError';
  return new McpcatError(
    'io-failed',
    `${name} of ${owner.server}: ${title} ${late ? 'did not answer in time' : `refuses: ${messageOf(error)}`}`,
    { hint: 'unlock it and try again', cause: error },
  );
}
