import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'plan',
  summary: 'Say what must be rebuilt, and deal it out to jobs',
  usage: '[NAME…]',
  options: {
    registry: {
      type: 'string',
      value: 'HOST/PREFIX',
      help: 'what it has is not rebuilt (also MCPCAT_REGISTRY; default: believe image.json)',
    },
    shards: { type: 'string', value: 'N', help: 'how many jobs, 1 to 255 (default: one for 20 minutes)' },
    copies: { type: 'string', value: 'N', help: 'how many jobs build each entry, 1 to 3 (default: 1)' },
    matrix: { type: 'boolean', help: 'print "matrix=JSON" and "jobs=N", for $GITHUB_OUTPUT' },
    platforms: common.platforms,
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    catalog: common.catalog,
    json: common.json,
  },
  examples: [
    ['mcpcat plan', 'what changed since image.json was written'],
    ['mcpcat plan --registry ghcr.io/owner --json', 'against a registry, one HEAD for each entry'],
  ],
  completes: 'entries',
  load: () => import('../execute/plan.ts'),
};
