import type { SecretSource } from '../../secrets/secrets.ts';
import { readSettings, type Settings } from '../../settings/read.ts';
import type { Terminal } from '../command.ts';

/** Where this user's secrets are, with the command of the settings file that reads references. */
export function secretSource(
  { env, host }: Pick<Terminal, 'env' | 'host'>,
  settings: readonly Settings[] = readSettings({ env, host }),
): SecretSource {
  const named = settings.find(({ secretCommand }) => secretCommand !== undefined);
  return { env, host, secretCommand: named?.secretCommand };
}
