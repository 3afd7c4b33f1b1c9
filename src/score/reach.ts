import { parseHostRule } from '../lib/host-rule.ts';
import { points, type Points, type ScoreFacts, type ScoreLine } from './facts.ts';

type Permissions = ScoreFacts['server']['permissions'];

const fewHosts = 3;
const manyHosts = 10;

/** Where its data can go counts most: whoever can't send anything away can't steal it. */
export const network: ScoreLine = {
  what: 'what it may reach',
  of: 20,
  source: 'server.yaml: permissions.network',
  sandboxed: ({ server }) => networkPoints(server.permissions),
  alone: () => points(0, 'the whole internet, this machine and its network'),
};

function networkPoints({ network: texts }: Permissions): Points {
  const rules = texts.map((text) => parseHostRule(text, 'permissions.network'));
  if (rules.length === 0) return points(20, 'no network at all');
  const has = (kind: (typeof rules)[number]['kind']): boolean => rules.some((rule) => rule.kind === kind);
  if (has('any')) return points(0, 'the whole internet');
  const opaque = rules.some(({ tls }) => tls === 'opaque') ? 2 : 0;
  const count = `${String(rules.length)} declared ${rules.length === 1 ? 'host' : 'hosts'}`;
  if (has('suffix')) return points(8 - opaque, `${count}, with all names below one`);
  if (has('setting')) return points(12 - opaque, `${count}, one of them the user’s to name`);
  const most = rules.length <= fewHosts ? 16 : rules.length <= manyHosts ? 13 : 10;
  return points(most - opaque, count);
}

export const files: ScoreLine = {
  what: 'whose files it sees',
  of: 12,
  source: 'server.yaml: permissions.mounts',
  sandboxed: ({ server }) => filePoints(server.permissions),
  alone: () => points(0, 'everything that the user can read and write'),
};

function filePoints({ mounts }: Permissions): Points {
  if (mounts.length === 0) return points(12, 'none');
  const writing = mounts.filter(({ mode }) => mode === 'rw');
  if (writing.length === 0) return points(10, 'what is handed over, to read');
  return writing.some(({ required }) => required)
    ? points(6, 'a folder that it needs, also to write if the user says so')
    : points(8, 'what is handed over, also to write if the user says so');
}

export const keeps: ScoreLine = {
  what: 'what it can leave behind',
  of: 5,
  source: 'server.yaml: permissions.state, permissions.writable',
  sandboxed: ({ server: { permissions } }) => {
    if (permissions.state.length > 0) return points(3, 'a volume of its own');
    return permissions.writable.every((folder) => folder === '/tmp')
      ? points(5, 'nothing: its root is read-only')
      : points(4, 'nothing: what it may write ends with it');
  },
  alone: () => points(0, 'anything, anywhere in the user’s home'),
};

export const secrets: ScoreLine = {
  what: 'secrets that it is given',
  of: 8,
  source: 'server.yaml: env',
  sandboxed: ({ server }) => {
    const count = secretsOf(server);
    if (count === 0) return points(8, 'none');
    const how = `${String(count)}, in no client’s file and no container’s configuration`;
    return points(count === 1 ? 6 : count <= fewHosts ? 5 : 4, how);
  },
  alone: ({ server }) => {
    const count = secretsOf(server);
    return count === 0
      ? points(4, 'none of its own; those of other programs lie in reach')
      : points(0, `${String(count)}, in the client’s file, where every other server can read them`);
  },
};

function secretsOf({ env }: ScoreFacts['server']): number {
  return Object.values(env).filter(({ secret }) => secret).length;
}
