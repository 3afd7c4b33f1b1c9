import { common, type CommandSpec } from '../command.ts';
import { startOptions } from './start-options.ts';

export const spec: CommandSpec = {
  name: 'test',
  summary: 'Verify images: a real handshake under all restrictions',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    report: { type: 'string', value: 'DIR', help: 'write a JSON report for each server' },
    isolation: startOptions.isolation,
    accept: { type: 'boolean', help: 'accept changed tools, or another change of what it offers' },
    'dry-run': { type: 'boolean', help: 'only report: no tools.json, surface.json or proof.json is written' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat test time', 'handshake, tools, exit, writes'],
    ['mcpcat test --all --report reports', 'the whole catalog'],
  ],
  completes: 'entries',
  load: () => import('../execute/test.ts'),
};
