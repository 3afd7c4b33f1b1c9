import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'secret',
  summary: 'Keep the secrets of servers, outside of every client’s file',
  usage: 'set SERVER NAME | list [SERVER] | rm SERVER NAME',
  options: {
    stdin: { type: 'boolean', help: 'set: read the value from standard input' },
    'from-env': { type: 'boolean', help: 'set: take the value of the variable of this name' },
    reference: {
      type: 'string',
      value: 'REF',
      help: 'set: keep this reference, which the secretCommand of your settings file reads at each start',
    },
    file: { type: 'boolean', help: 'set: in a file for you alone, also where there is a keyring' },
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat secret set brave-search BRAVE_API_KEY', 'asks for it, and shows nothing of it'],
    ['pass show brave | mcpcat secret set brave-search BRAVE_API_KEY --stdin', 'from a password manager'],
    [
      'mcpcat secret set brave-search BRAVE_API_KEY --reference op://Private/Brave/key',
      'stays in the password manager',
    ],
    ['mcpcat secret list', 'names, never values'],
  ],
  completes: ['set', 'list', 'rm'],
  load: () => import('../execute/secret.ts'),
};
