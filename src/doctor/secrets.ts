import { secretFile, type SecretPlaces } from '../secrets/file-store.ts';
import { systemKeyring } from '../secrets/keyring.ts';
import type { Condition } from './condition.ts';

/** Where the secrets of servers are kept on this machine. */
export async function secretsCondition(places: SecretPlaces): Promise<Condition> {
  const found = await systemKeyring(places);
  if (found.kind === 'here')
    return { kind: 'secrets', status: 'ok', message: `secrets are kept in ${found.keyring.title}` };
  return {
    kind: 'secrets',
    status: 'warning',
    message: `secrets are kept in ${secretFile(places)}, for you alone to read, not encrypted: no keyring, ${found.why}`,
    hint: 'a password manager can keep them: see secretCommand in docs/settings.md',
  };
}
