import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'update',
  summary: 'Take the newest releases: locked, built and verified before an entry changes',
  usage: 'NAME… | --all | --from DIR',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog that has a newer release' },
    check: { type: 'boolean', help: 'only say what upstream has' },
    refresh: { type: 'boolean', help: 'with --all: take newer dependencies too' },
    'lock-only': { type: 'boolean', help: 'write the lock without building and verifying' },
    'cool-down': { type: 'string', value: 'DAYS', help: 'how old a release must be (default: 3)' },
    accept: { type: 'boolean', help: 'accept a changed list of tools into tools.json' },
    pr: { type: 'boolean', help: 'make a pull request for each server instead' },
    save: {
      type: 'string',
      value: 'DIR',
      help: 'write what would be proposed there instead: needs no rights',
    },
    from: { type: 'string', value: 'DIR', help: 'with --pr: propose what jobs have saved; needs no engine' },
    dealt: { type: 'string', value: 'JSON', help: 'with --from: the matrix that the jobs were given' },
    matrix: { type: 'boolean', help: 'with --check: print "matrix=JSON" and "jobs=N", for $GITHUB_OUTPUT' },
    repo: { type: 'string', value: 'OWNER/NAME', help: 'where (default: GITHUB_REPOSITORY)' },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    mirror: { type: 'string', value: 'URL', help: 'Debian mirror for system packages' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat update time', 'verify the newest release and its dependencies'],
    ['mcpcat update --all --check', 'what is newer upstream'],
    ['mcpcat update time --lock-only', 'write catalog/time/lock.json, for a new entry'],
    ['mcpcat update --all --pr', 'one pull request for each server'],
  ],
  completes: 'entries',
  load: () => import('../execute/update.ts'),
};
