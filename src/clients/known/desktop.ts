import type { Client } from '../client.ts';
import { mcpServers, plain, userFile } from './forms.ts';

/** Programs with a window of their own. */
export const desktopClients: readonly Client[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    proof: 'peer',
    files: [userFile('{config}/Claude/claude_desktop_config.json', ['darwin', 'windows', 'linux'])],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'nothing',
    startTimeoutSeconds: 30,
    notes: ['it reads its file when it starts: quit it and open it again'],
  },
  {
    id: 'lm-studio',
    title: 'LM Studio',
    proof: 'peer',
    files: [userFile('~/.lmstudio/mcp.json')],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'nothing',
    notes: [],
  },
  {
    id: 'goose',
    title: 'goose',
    proof: 'documented',
    files: [
      userFile('{xdg}/goose/config.yaml', ['linux', 'darwin']),
      userFile('{config}/Block/goose/config/config.yaml', ['windows']),
    ],
    format: 'yaml',
    place: { keyPath: ['extensions'], isList: false },
    form: {
      command: 'cmd',
      env: 'envs',
      named: true,
      fixed: { type: 'stdio', enabled: true },
      startTimeout: { key: 'timeout', unit: 's' },
    },
    expands: 'nothing',
    startTimeoutSeconds: 300,
    notes: [],
  },
];
