/** Labels are the only state (DESIGN.md, "Lifecycle"). Image and container labels share the prefix. */
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
  fingerprint: 'io.mcpcat.fingerprint',
  entry: 'io.mcpcat.entry',
  /** On an image: the entry's source (`npm:@scope/name`), so that a name alone never decides what runs. */
  source: 'io.mcpcat.source',
  permissions: 'io.mcpcat.permissions',
  base: 'io.mcpcat.base',
  mcpName: 'io.modelcontextprotocol.server.name',
} as const;
