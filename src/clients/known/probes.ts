import type { Client } from '../client.ts';
import { mcpServers, plain, projectFile, typed, userFile } from './forms.ts';

/** Programs that ask servers without a model. */
export const probeClients: readonly Client[] = [
  {
    id: 'mcp-inspector',
    title: 'MCP Inspector',
    proof: 'run',
    version: '2.12.0',
    files: [projectFile('mcp.json')],
    format: 'json',
    place: mcpServers,
    form: typed,
    expands: 'nothing',
    startTimeoutSeconds: 30,
    notes: ['it reads the file that --config names'],
  },
  {
    id: 'mcporter',
    title: 'mcporter',
    proof: 'run',
    version: '0.12.3',
    files: [
      {
        ...userFile('~/.mcporter/mcporter.json'),
        moved: { variable: 'XDG_CONFIG_HOME', path: 'mcporter/mcporter.json' },
        // It reads the first that is there: a new one in the other folder would hide what these say.
        alternatives: ['~/.mcporter/mcporter.json', '~/.mcporter/mcporter.jsonc'],
      },
      projectFile('config/mcporter.json'),
    ],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'dollar-braces',
    startTimeoutSeconds: 30,
    notes: ['one reference to a variable that is not set, and it shows no server at all'],
  },
  {
    id: 'mcp-cli',
    title: 'MCP CLI',
    proof: 'run',
    version: '0.20.1',
    files: [projectFile('server_config.json')],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'nothing',
    notes: [],
  },
];
