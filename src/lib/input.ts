/**
 * What a user may give to an operation, in the core's own words. Each front end has its own names for them; the command
 * line's are in src/cli/flags.ts.
 */
export type InputName =
  | 'accept' // take what has changed as it is now
  | 'accept-missing' // limits that the engine lacks
  | 'allow' // a further host
  | 'allow-local' // a port of this machine
  | 'base' // another image to build on
  | 'catalog'
  | 'cool-down' // days that a release must be old
  | 'cpus'
  | 'deny-network'
  | 'extra-setting' // a variable that the entry does not declare
  | 'isolation' // what holds a server in
  | 'local' // images of this engine instead of a registry's
  | 'memory'
  | 'mirror' // where Debian packages come from
  | 'mount'
  | 'name'
  | 'newest-base' // other Debian packages than the locked ones
  | 'pids'
  | 'platform'
  | 'pull-request' // propose it instead of keeping it
  | 'registry'
  | 'repair' // install and start what is missing
  | 'save' // into a folder
  | 'setting'
  | 'settings-file'
  | 'snapshot' // where Debian packages are that mirrors no longer have
  | 'tool'
  | 'unverified' // what nobody vouches for, all the same
  | 'unproved'; // what has no proof, all the same

export interface Input {
  readonly name: InputName;
  /** What fits here, if it is known. */
  readonly value?: string;
}
