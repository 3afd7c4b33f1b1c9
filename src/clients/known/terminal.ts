import type { Client } from '../client.ts';
import { mcpServers, plain, projectFile, typed, userFile } from './forms.ts';

/** Clients of the command line. */
export const terminalClients: readonly Client[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    proof: 'run',
    version: '2.1.332',
    files: [
      {
        ...userFile('~/.claude.json'),
        moved: { variable: 'CLAUDE_CONFIG_DIR', path: '.claude.json' },
      },
      projectFile('.mcp.json'),
      // What `claude mcp add` writes unless it is told otherwise.
      {
        ...userFile('~/.claude.json'),
        scope: 'local',
        moved: { variable: 'CLAUDE_CONFIG_DIR', path: '.claude.json' },
        place: { keyPath: ['projects', '{cwd}', 'mcpServers'], isList: false },
      },
    ],
    format: 'json',
    place: mcpServers,
    form: typed,
    expands: 'dollar-braces',
    startTimeoutSeconds: 30,
    notes: [
      'MCP_TIMEOUT in its environment gives servers longer to start, in milliseconds',
      'a project file needs your approval before its servers are started',
    ],
  },
  {
    id: 'codex',
    title: 'Codex CLI',
    proof: 'run',
    version: '0.171.0',
    files: [
      { ...userFile('~/.codex/config.toml'), moved: { variable: 'CODEX_HOME', path: 'config.toml' } },
      projectFile('.codex/config.toml'),
    ],
    format: 'toml',
    place: { keyPath: ['mcp_servers'], isList: false },
    // Without `required` a session begins without the tools of a server that is not there yet, and nobody says so.
    form: {
      ...plain,
      fixed: { required: true },
      startTimeout: { key: 'startup_timeout_sec', unit: 's' },
    },
    expands: 'nothing',
    startTimeoutSeconds: 30,
    notes: ['it hands on twelve variables only: what else is in force is written into the entry'],
  },
  {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    proof: 'run',
    version: '0.61.0',
    files: [userFile('~/.gemini/settings.json'), projectFile('.gemini/settings.json')],
    format: 'json',
    place: mcpServers,
    form: { ...plain, startTimeout: { key: 'timeout', unit: 'ms' } },
    expands: 'dollar',
    notes: ['`gemini mcp list` waits five seconds for a server, a session longer'],
  },
  {
    id: 'qwen-code',
    title: 'Qwen Code',
    proof: 'run',
    version: '0.24.4',
    files: [userFile('~/.qwen/settings.json'), projectFile('.qwen/settings.json')],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'dollar',
    notes: ['`qwen mcp add` puts a file in the place of a symbolic link; mcpcat follows the link'],
  },
  {
    id: 'copilot-cli',
    title: 'GitHub Copilot CLI',
    proof: 'run',
    version: '1.0.102',
    files: [
      {
        ...userFile('~/.copilot/mcp-config.json'),
        moved: { variable: 'COPILOT_HOME', path: 'mcp-config.json' },
      },
    ],
    format: 'json',
    place: mcpServers,
    form: {
      ...plain,
      fixed: { type: 'local', tools: ['*'] },
      startTimeout: { key: 'timeout', unit: 'ms' },
    },
    expands: 'dollar',
    startTimeoutSeconds: 60,
    notes: ['`copilot mcp add` drops keys that it does not know from every entry'],
  },
  {
    id: 'opencode',
    title: 'opencode',
    proof: 'run',
    version: '1.18.33',
    files: [
      {
        ...userFile('{xdg}/opencode/opencode.json'),
        alternatives: ['{xdg}/opencode/opencode.jsonc', '{xdg}/opencode/config.json'],
      },
      { ...projectFile('opencode.json'), alternatives: ['opencode.jsonc'] },
    ],
    format: 'json',
    place: { keyPath: ['mcp'], isList: false },
    form: { command: 'array', env: 'environment', named: false, fixed: { type: 'local' } },
    expands: 'env-braces',
    startTimeoutSeconds: 30,
    notes: [],
  },
  {
    id: 'continue-cli',
    title: 'Continue CLI',
    proof: 'run',
    version: '1.5.47',
    files: [userFile('~/.continue/config.yaml')],
    format: 'yaml',
    place: { keyPath: ['mcpServers'], isList: true },
    form: { ...plain, named: true },
    // `${{ secrets.NAME }}`, from its environment and ~/.continue/.env; `$NAME` and `${NAME}` stay as they are.
    expands: 'secrets-braces',
    notes: [
      'its file needs name, version and schema at the top',
      'tools have no prefix: two servers may collide',
    ],
  },
  {
    id: 'cline-cli',
    title: 'Cline CLI',
    proof: 'run',
    version: '3.0.65',
    files: [
      {
        ...userFile('~/.cline/data/settings/cline_mcp_settings.json'),
        alternatives: ['~/.cline/mcp.json'],
      },
    ],
    format: 'json',
    place: mcpServers,
    form: plain,
    expands: 'nothing',
    notes: [],
  },
];
