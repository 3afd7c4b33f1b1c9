import type { Entry } from '../catalog/entry.ts';
import type { Lock } from '../catalog/lock.ts';
import { parseSource } from '../catalog/source.ts';
import { documentedSettings } from '../evidence/documented-settings.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { oneLine } from '../lib/plain-text.ts';
import { lockedPackage, type LockedPackage, type LockedQuery } from '../package/locked-package.ts';
import { updateFinding } from './update-findings.ts';

/** Settings that upstream documents and the entry neither declares nor leaves out on purpose; at most one finding. */
export async function undeclaredSettings(
  entry: Entry,
  lock: Lock,
  query: Omit<LockedQuery, 'subject'>,
): Promise<Finding[]> {
  const own = await lockedPackage(lock, { ...query, subject: entry.name }).catch(unreadable);
  return own === undefined ? [] : settingsFindings(entry, lock, own);
}

/** An archive that is too large to look through says nothing; whether it can be installed is for the build to find out. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof McpcatError && error.code === 'io-failed')) throw error;
}

/** Pure. */
export function settingsFindings(entry: Entry, lock: Lock, own: LockedPackage): Finding[] {
  const { kind, name } = parseSource(entry.source);
  const known = new Set([
    ...Object.keys(entry.env),
    ...Object.keys(entry.transport?.http.env ?? {}),
    ...(entry.omitted ?? []).flatMap(({ settings }) => settings),
  ]);
  const missing = documentedSettings({
    kind,
    name,
    version: lock.version,
    description: '',
    license: undefined,
    repository: entry.repository,
    keywords: [],
    bins: Object.keys(lock.bin),
    deprecated: undefined,
    ...own,
  }).filter((setting) => !known.has(setting.name));
  if (missing.length === 0) return [];
  const lines = missing
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name: setting, description = '' }) =>
      description === '' ? setting : `${setting}: ${oneLine(description, 160)}`,
    );
  const message = `upstream documents ${String(missing.length)} setting(s) that the entry does not have`;
  return [updateFinding('undeclared-settings', message, lines)];
}
