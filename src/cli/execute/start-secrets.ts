import type { Entry } from '../../catalog/entry.ts';
import { McpcatError } from '../../lib/errors.ts';
import { keptSecrets } from '../../secrets/file-store.ts';
import { askSecret, canAsk } from '../ask.ts';
import type { Terminal } from '../command.ts';

interface SecretChoice {
  readonly catalog: string;
  readonly given: Readonly<Record<string, string>>;
  /** Besides the required ones. */
  readonly needs: readonly string[];
  readonly terminal: Terminal;
}

/** The secrets that are to be stored: those given, and required ones that nobody has stored yet, asked for. */
export async function secretsToStore(
  { name, env }: Entry,
  { catalog, given, needs, terminal }: SecretChoice,
): Promise<Readonly<Record<string, string>>> {
  const stored = keptSecrets({ catalog, server: name }, terminal);
  const required = Object.entries(env).filter(([, setting]) => setting.required && setting.secret === true);
  const all = new Set([...required.map(([key]) => key), ...needs]);
  const missing = [...all].filter((key) => (given[key] ?? stored[key]) === undefined);
  if (missing.length === 0) return given;
  if (!canAsk(terminal))
    throw new McpcatError('settings-missing', `${name} needs ${missing.join(', ')}`, {
      hint: `store it: mcpcat secret set ${name} ${missing[0] ?? ''}`,
    });
  const asked: Record<string, string> = {};
  for (const key of missing)
    asked[key] = await askSecret(`${name}: ${key} (${env[key]?.description ?? ''}): `, terminal);
  const empty = missing.find((key) => asked[key] === '');
  if (empty !== undefined)
    throw new McpcatError('settings-missing', `${name} needs ${empty}, found an empty line`);
  return { ...given, ...asked };
}
