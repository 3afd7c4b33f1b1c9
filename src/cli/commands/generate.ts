import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'generate',
  summary: 'Write the build context of servers for any Docker builder',
  usage: 'NAME… --out DIR',
  options: {
    out: { type: 'string', value: 'DIR', help: 'where the folders go, one a server' },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    catalog: common.catalog,
    json: common.json,
  },
  examples: [
    ['mcpcat generate time --out /tmp/context', 'then: docker build --network none /tmp/context/time'],
  ],
  completes: 'entries',
  load: () => import('../execute/generate.ts'),
};
