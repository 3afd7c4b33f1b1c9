import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'doctor',
  summary: 'Say which engine there is and what it can enforce',
  usage: '',
  options: {
    fix: { type: 'boolean', help: 'on Debian or Ubuntu as root: install and start the engine' },
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat doctor', 'look'],
    ['mcpcat doctor --fix', 'install what is missing'],
  ],

  load: () => import('../execute/doctor.ts'),
};
