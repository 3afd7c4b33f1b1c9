import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'audit',
  summary: 'Record what a server looks for while its tools are called, and compare with its entry',
  usage: 'NAME [--live]',
  options: {
    live: {
      type: 'boolean',
      help: 'use the real declared hosts, your settings, and only tools that say they read',
    },
    tool: { type: 'string', multiple: true, value: 'NAME', help: 'call only this tool' },
    env: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a setting instead of its example' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat audit fetch', 'every host leads to a sinkhole: nothing is sent anywhere'],
    ['mcpcat audit github --live --tool get_me', 'the real hosts, and one tool'],
    ['mcpcat audit fetch --json | jq -r .patch', 'only the patch for the entry'],
  ],
  completes: 'entries',
  load: () => import('../execute/audit.ts'),
};
