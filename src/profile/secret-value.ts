import { isSecretName } from '../evidence/example-value.ts';

/** `postgres://user:password@host/name`. */
export const addressWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Beginnings and forms of tokens that their makers publish, so that a leaked one is found; each long enough to be one. */
const tokenForms: readonly RegExp[] = [
  /^(gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}/,
  /^glpat-[A-Za-z0-9_-]{16,}/,
  /^xox[abeprs]-[A-Za-z0-9-]{10,}/,
  /^(sk|pk|rk)[-_][A-Za-z0-9_-]{16,}/,
  /^(AKIA|ASIA)[A-Z0-9]{16}$/,
  /^AIza[A-Za-z0-9_-]{30,}/,
  /^(hf|npm|dop_v1|lin_api|ntn|secret)_[A-Za-z0-9]{16,}/,
  /^eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  addressWithPassword,
];

/**
 * Whether a setting is likely to be a secret, by its name or by its value. Numbers, switches and addresses without a
 * password are none, whatever they are called. The value itself must not be repeated to anybody.
 */
export function looksSecret(name: string, value: string): boolean {
  if (tokenForms.some((form) => form.test(value))) return true;
  const harmless = value === '' || /^(\d+(\.\d+)?|true|false|yes|no|on|off|none|null)$/i.test(value);
  return !harmless && isSecretName(name);
}
