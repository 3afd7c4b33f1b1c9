import type { Entry, Mount } from '../catalog/entry.ts';
import { parseHostRule } from '../lib/host-rule.ts';
import { publicRuleProblems } from '../lib/host-rules.ts';

/** Something in an entry that a person has to confirm, and what speaks for it. */
export interface Justification {
  /** Where in the entry: `permissions.network`. */
  readonly field: string;
  readonly value: string;
  readonly why: string;
}

/** An entry in the making. */
export interface Draft {
  readonly entry: Entry;
  readonly justifications: readonly Justification[];
  /** Dependencies published later are not taken, where newer ones break it. */
  readonly before?: Date;
  /** What it names itself stays at the major version of that day, where newer ones break it (PyPI). */
  readonly majorsOf?: Date;
}

export function because(draft: Draft, justification: Justification): Draft {
  const known = draft.justifications.some(
    ({ field, value, why }) =>
      field === justification.field && value === justification.value && why === justification.why,
  );
  return known ? draft : { ...draft, justifications: [...draft.justifications, justification] };
}

/** The entry with another value of a field, and why. */
export function changed(draft: Draft, change: Partial<Entry>, justification?: Justification): Draft {
  const next = { ...draft, entry: { ...draft.entry, ...change } };
  return justification === undefined ? next : because(next, justification);
}

export function withHost(draft: Draft, rule: string, why: string): Draft {
  const { permissions } = draft.entry;
  const list = permissions.network;
  if (!isRule(rule)) return draft;
  const field = 'permissions.network';
  if (list.includes(rule) || isCovered(list, rule)) return because(draft, { field, value: rule, why });
  const network = [...list.filter((other) => !isCovered([rule], other)), rule];
  // What contradicts the rest of the list is left out: a wider rule is there already.
  if (publicRuleProblems(network, field).length > 0) return draft;
  return changed(draft, { permissions: { ...permissions, network } }, { field, value: rule, why });
}

function isRule(rule: string): boolean {
  try {
    parseHostRule(rule, 'permissions.network');
    return publicRuleProblems([rule], 'permissions.network').length === 0;
  } catch {
    return false;
  }
}

function isCovered(list: readonly string[], rule: string): boolean {
  return publicRuleProblems([...list, rule], 'permissions.network').some(
    ({ index, kind }) => index === list.length && kind === 'repetition',
  );
}

export function withMount(draft: Draft, mount: Mount, why: string): Draft {
  const { permissions } = draft.entry;
  if (permissions.mounts.some(({ target }) => overlap(target, mount.target))) return draft;
  const mounts = [...permissions.mounts, mount];
  return changed(
    draft,
    { permissions: { ...permissions, mounts } },
    { field: 'permissions.mounts', value: `${mount.name} (${mount.mode}) at ${mount.target}`, why },
  );
}

/** A folder in memory; the outermost of several, and never over a mount or a state. */
export function withWritable(draft: Draft, folder: string, why: string): Draft {
  const { permissions } = draft.entry;
  const taken = [...permissions.mounts, ...permissions.state].map(({ target }) => target);
  if (
    taken.some((target) => overlap(target, folder)) ||
    permissions.writable.some((other) => isIn(folder, other))
  )
    return draft;
  const writable = [...permissions.writable.filter((other) => !isIn(other, folder)), folder];
  return changed(
    draft,
    { permissions: { ...permissions, writable } },
    { field: 'permissions.writable', value: folder, why },
  );
}

export function withState(
  draft: Draft,
  { folder, name, what }: { folder: string; name: string; what: string },
  why: string,
): Draft {
  const { permissions } = draft.entry;
  const taken = [...permissions.mounts, ...permissions.state].map(({ target }) => target);
  if (taken.some((target) => overlap(target, folder))) return draft;
  const writable = permissions.writable.filter((other) => !overlap(other, folder));
  const state = [...permissions.state, { name, target: folder, description: what }];
  return changed(
    draft,
    { permissions: { ...permissions, writable, state } },
    { field: 'permissions.state', value: folder, why },
  );
}

export function isIn(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`);
}

function overlap(a: string, b: string): boolean {
  return isIn(a, b) || isIn(b, a);
}
