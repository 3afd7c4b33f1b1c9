/**
 * Labels are the only state (docs/enforcement.md). Image and container labels share the prefix, and a container
 * takes over those of its image that it is not given itself: so it is given all (`containerLabels`).
 */
export const label = {
  /** `<host id>/<boot id>/<pid>/<process start time>` of the process that owns the container. */
  owner: 'io.mcpcat.owner',
  /** Random id of one launch. */
  session: 'io.mcpcat.session',
  server: 'io.mcpcat.server',
  client: 'io.mcpcat.client',
  /** The folder in which the client started the launcher. */
  project: 'io.mcpcat.project',
  /** `run` or `test`: who made the container. */
  role: 'io.mcpcat.role',
  /** On a volume: the name of the state folder that it holds, beside `server`. */
  state: 'io.mcpcat.state',
  /** Stronger than the engine's default, as the user calls it. */
  isolation: 'io.mcpcat.isolation',
  /** Limits that the engine lacks and the user does without: `memory,pids`. */
  lacking: 'io.mcpcat.lacking',
  /** `yes` on a container whose image or catalog nobody has vouched for, because its user said so. */
  unverified: 'io.mcpcat.unverified',
  /** On a volume: digest of the host and user that made it, as in `owner`. */
  host: 'io.mcpcat.host',
  fingerprint: 'io.mcpcat.fingerprint',
  entry: 'io.mcpcat.entry',
  /** On an image: the entry's source (`npm:@scope/name`), so that a name alone never decides what runs. */
  source: 'io.mcpcat.source',
  /** On a volume: the catalog whose server keeps it, beside `source`. */
  catalog: 'io.mcpcat.catalog',
  permissions: 'io.mcpcat.permissions',
  base: 'io.mcpcat.base',
  /** `other` on a base of other packages than the catalog's lock names, and on what is built on it. */
  bases: 'io.mcpcat.bases',
  mcpName: 'io.modelcontextprotocol.server.name',
} as const;

const ofContainers = [
  label.owner,
  label.session,
  label.server,
  label.client,
  label.project,
  label.role,
  label.state,
  label.isolation,
  label.lacking,
  label.unverified,
  label.catalog,
  label.host,
] as const;

/** Every label that says something of a container: what is not given is empty, and not what the image says. */
export function containerLabels(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(ofContainers.map((name) => [name, ''])), ...given };
}
