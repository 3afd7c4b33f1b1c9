import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'build',
  summary: 'Build the images of servers, without network',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    force: { type: 'boolean', help: 'build even if nothing changed, or another package has the name' },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat build time everything', 'two servers'],
    ['mcpcat build --all --jobs 3', 'the whole catalog'],
  ],
  completes: 'entries',
  load: () => import('../execute/build.ts'),
};
