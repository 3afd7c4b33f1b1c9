import { common, type CommandSpec } from '../command.ts';
import { publishSigning } from './signing-options.ts';

export const spec: CommandSpec = {
  name: 'rebuild',
  summary: 'All stages of a server in order: generate, fetch, build, test',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    force: { type: 'boolean', help: 'build and verify even if nothing changed' },
    save: { type: 'string', value: 'DIR', help: 'write what is verified there, for publish --from' },
    publish: { type: 'boolean', help: 'publish what is verified' },
    registry: { type: 'string', value: 'HOST/PREFIX', help: 'with --publish: where (also MCPCAT_REGISTRY)' },
    ...publishSigning,
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    platforms: common.platforms,
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat rebuild time memory', 'build and verify what has changed'],
    ['mcpcat rebuild time --save built', 'for a job that may publish: mcpcat publish --from built'],
  ],
  completes: 'entries',
  load: () => import('../execute/rebuild.ts'),
};
