import type { Entry } from '../catalog/entry.ts';
import { settingsIn } from '../lib/host-rule.ts';
import { addressWithPassword } from '../profile/secret-value.ts';

/** What of a line's arguments says a setting of the entry, and the rest of them. */
export interface SettingOptions {
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly args: readonly string[];
}

/**
 * Options that say what a setting of the entry says: `--figma-api-key=x` is FIGMA_API_KEY. A key belongs into the store,
 * not into the arguments, which every user of the machine may read; a host that is permitted is read from its setting.
 * So is the address of a database with a password in it, which some servers take as a word of its own.
 */
export function settingOptions(entry: Entry, args: readonly string[]): SettingOptions {
  const settings: (readonly [string, string])[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, option, inline] = /^--?([A-Za-z][\w-]*)(?:=(.+))?$/s.exec(word) ?? [];
    const next = args[at + 1];
    const behind = next === undefined || next.startsWith('-') ? undefined : next;
    const [name, value] =
      option === undefined
        ? [addressSetting(entry, word), word]
        : [settingOf(entry, option), inline ?? behind];
    if (name === undefined || value === undefined) rest.push(word);
    else {
      settings.push([name, value]);
      if (option !== undefined && inline === undefined) at += 1;
    }
  }
  return { settings, args: rest };
}

/** The one setting that an option can mean: by its whole name, by the end of it, by its words in this order. */
function settingOf(entry: Entry, option: string): string | undefined {
  const wanted = option
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replaceAll('-', '_');
  const several = wanted.includes('_');
  const secrets = Object.keys(entry.env).filter((name) => entry.env[name]?.secret === true);
  const hosts = entry.permissions.network
    .flatMap(settingsIn)
    .filter((name) => Object.hasOwn(entry.env, name));
  if ([...secrets, ...hosts].includes(wanted)) return wanted;
  // `--host` alone may be where a server listens.
  const known = [...new Set([...secrets, ...(several ? hosts : [])])];
  const ends = known.filter((name) => name.endsWith(`_${wanted}`));
  if (ends.length > 0) return ends.length === 1 ? ends[0] : undefined;
  const inside = secrets.filter((name) => inOrder(wanted.split('_'), name.split('_')));
  return several && inside.length === 1 ? inside[0] : undefined;
}

function inOrder(wanted: readonly string[], words: readonly string[]): boolean {
  let at = 0;
  for (const word of words) if (word === wanted[at]) at += 1;
  return at === wanted.length;
}

function addressSetting({ env }: Entry, word: string): string | undefined {
  if (!addressWithPassword.test(word)) return undefined;
  const secrets = Object.keys(env).filter(
    (name) => env[name]?.secret === true && /(^|_)(URL|URI|DSN|CONNECTION_STRING)$/.test(name),
  );
  return secrets.length === 1 ? secrets[0] : undefined;
}

/** The argument that stays and holds a key, without that: it would be in the client's file, and in the list of processes. */
export function heldKey(args: readonly string[]): string | undefined {
  const index = args.findIndex(
    (word, at) =>
      addressWithPassword.test(word.replace(/^-[^=]*=/, '')) ||
      (keyOption.test(word) && (word.includes('=') || !/^(-|$)/.test(args[at + 1] ?? ''))) ||
      keyForm.test(word),
  );
  const found = args[index];
  if (found === undefined) return undefined;
  const [, maker] = keyForm.exec(found) ?? [];
  return maker === undefined ? found.replace(/[=:].*$/s, '') : `${maker}…`;
}

const keyOption = /^--?([\w-]*[-_])?(api-?key|token|secret|password|passwd|access-?key)(=|$)/i;
/** As the best known makers of keys begin theirs. */
const keyForm =
  /^(sk-|sk_|ghp_|gho_|github_pat_|glpat-|xox[abpr]-|napi_|sbp_|pplx-|AKIA|ntn_|hf_)[\w-]{12,}$/;
