import type { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import { ownValue } from '../lib/own-value.ts';
import { isPossibleExtra } from './extra-env.ts';

/** Splits the given settings into plain ones and secrets, adds defaults, and insists on the required ones. */
export function settle(
  entry: Entry,
  given: Readonly<Record<string, string>>,
): { readonly env: Record<string, string>; readonly secrets: Record<string, string> } {
  refuseUndeclared(entry, given);
  const env: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, setting] of Object.entries(entry.env)) {
    const value = ownValue(given, name) ?? setting.default;
    if (value === undefined || (value === '' && setting.required)) {
      if (setting.required) missing.push(name);
      continue;
    }
    if (value.includes('\0')) throw new McpcatError('usage', `${name}: a setting can't hold a NUL character`);
    (setting.secret ? secrets : env)[name] = value;
  }
  if (missing.length > 0) throw settingsMissing(entry, missing);
  return { env, secrets };
}

function refuseUndeclared(entry: Entry, given: Readonly<Record<string, string>>): void {
  const known = Object.keys(entry.env);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint =
    didYouMean(unknown, known) || (known.length > 0 ? `it has ${known.join(', ')}` : 'it has none');
  const message = `${entry.name} declares no setting ${unknown}`;
  if (!isPossibleExtra(unknown)) throw new McpcatError('usage', message, { hint });
  throw new McpcatError('usage', message, {
    hint: `${hint.replace(/\?$/, '')}; or, if the server reads it all the same`,
    inputs: [{ name: 'extra-setting', value: unknown }],
  });
}

function settingsMissing(entry: Entry, missing: readonly string[]): McpcatError {
  return new McpcatError(
    'settings-missing',
    `${entry.name} needs ${missing.length === 1 ? 'a setting' : 'settings'} that ${missing.length === 1 ? 'was' : 'were'} not given:`,
    {
      detail: missing.map((name) => `${name}: ${entry.env[name]?.description ?? ''}`),
      hint: `${storing(entry, missing)}set it in the environment of the client, or in a file`,
      inputs: [{ name: 'settings-file' }],
    },
  );
}

function storing({ name, env }: Entry, missing: readonly string[]): string {
  const secret = missing.find((one) => env[one]?.secret);
  return secret === undefined ? '' : `mcpcat secret set ${name} ${secret} keeps it for every client; or `;
}
