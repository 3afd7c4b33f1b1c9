/** A client's own program, and how it is asked what it has. */
export interface Program {
  /** In `mcpcat clients`. */
  readonly id: string;
  /** `npm:NAME@VERSION` or `pypi:NAME==VERSION`. */
  readonly package: string;
  /** A script of the package that puts its program for this machine in its place, below node_modules. */
  readonly prepare?: string;
  /** In the folder of its registry's programs, or below it. */
  readonly command: string;
  /** The folder by which mcpcat knows that it is here; undefined where it reads a file of the project alone. */
  readonly folder?: string;
  /** Files that it needs besides, below the home. */
  readonly files?: Readonly<Record<string, string>>;
  /** What makes it say, or use, what it has. */
  readonly list: readonly string[];
  /** What it says of a server then; undefined: that it starts it is seen by what a start of mcpcat leaves. */
  readonly shows?: RegExp;
  /** Makes it write a server; undefined where it has no such command. */
  readonly add?: readonly string[];
  /** Ends what it leaves running. */
  readonly end?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const theirs = ['npx', '-y', 'some-server'];
const list = ['mcp', 'list'];

export const programs: readonly Program[] = [
  {
    id: 'gemini-cli',
    package: 'npm:@google/gemini-cli@0.61.0',
    command: 'gemini',
    folder: '.gemini',
    list,
    add: ['mcp', 'add', '--scope', 'user', 'other', ...theirs],
    shows: /time: \S+mcpcat run time \(stdio\) - Connected/,
    // It starts nothing in a folder that nobody has trusted.
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    id: 'qwen-code',
    package: 'npm:@qwen-code/qwen-code@0.24.4',
    command: 'qwen',
    folder: '.qwen',
    list,
    add: ['mcp', 'add', '--scope', 'user', 'other', ...theirs],
    shows: /time: \S+mcpcat run time \(stdio\) - Connected/,
  },
  {
    id: 'codex',
    package: 'npm:@openai/codex@0.171.0',
    command: 'codex',
    folder: '.codex',
    list,
    add: ['mcp', 'add', 'other', '--', ...theirs],
    shows: /time +\S+mcpcat +run time .*enabled/,
  },
  {
    id: 'copilot-cli',
    package: 'npm:@github/copilot@1.0.102',
    command: 'copilot',
    folder: '.copilot',
    list,
    add: ['mcp', 'add', 'other', '--', ...theirs],
    shows: /User servers:\s+time \(local\)/,
  },
  {
    id: 'claude-code',
    package: 'npm:@anthropic-ai/claude-code@2.1.332',
    prepare: '@anthropic-ai/claude-code/install.cjs',
    command: 'claude',
    folder: '.claude',
    list,
    add: ['mcp', 'add', '--scope', 'user', 'other', '--', ...theirs],
    shows: /time: \S+mcpcat run time - \S+ Connected/,
  },
  {
    id: 'opencode',
    package: 'npm:opencode-ai@1.18.33',
    prepare: 'opencode-ai/postinstall.mjs',
    command: 'opencode',
    folder: '.config/opencode',
    list,
    add: ['mcp', 'add', 'other', '--', ...theirs],
    // oxlint-disable-next-line no-control-regex -- it writes colours whatever it is told
    shows: /time (?:\u001B\[\d+m)?connected/,
  },
  {
    id: 'auggie',
    package: 'npm:@augmentcode/auggie@0.36.0',
    command: 'auggie',
    folder: '.augment',
    list,
    add: ['mcp', 'add', 'other', '--command', 'npx', '--args', '-y some-server'],
    // It only lists, and cuts what is long.
    shows: /time +stdio +\//,
  },
  {
    id: 'kilo-cli',
    // The program is in the package of the platform; the one that installs it lacks that version.
    package: 'npm:@kilocode/cli-linux-x64@7.7.9',
    command: '../@kilocode/cli-linux-x64/bin/kilo',
    folder: '.config/kilo',
    list,
    add: ['mcp', 'add', 'other', '--', ...theirs],
    // oxlint-disable-next-line no-control-regex -- as opencode, of which it is a descendant
    shows: /time (?:\u001B\[\d+m)?connected/,
  },
  {
    id: 'factory-droid',
    package: 'npm:droid@0.215.0',
    command: 'droid',
    folder: '.factory',
    list,
    add: ['mcp', 'add', 'other', theirs.join(' ')],
    shows: /time +stdio +connected +\[user\]/,
  },
  {
    id: 'amp',
    package: 'npm:@ampcode/cli@0.0.1790142911-g7618fb',
    prepare: '@ampcode/cli/install.cjs',
    command: 'amp',
    folder: '.config/amp',
    list,
    add: ['mcp', 'add', 'other', '--', ...theirs],
    // It only lists.
    shows: /time +command +\S+mcpcat run time/,
  },
  {
    id: 'qoder',
    package: 'npm:@qoder-ai/qodercli@1.1.52',
    command: 'qodercli',
    folder: '.qoder',
    list,
    add: ['mcp', 'add', '--scope', 'user', 'other', '--', ...theirs],
    shows: /time: \S+mcpcat run time +\(stdio\) - Connected/,
  },
  {
    id: 'cline-cli',
    package: 'npm:cline@3.0.65',
    command: 'cline',
    folder: '.cline/data/settings',
    // Nobody listens there: its session ends when its servers have started.
    list: [
      '--provider',
      'openai',
      '--key',
      'none',
      '--model',
      'none',
      '--timeout',
      '60',
      'say what you have',
    ],
    add: ['mcp', 'add', '--yes', 'other', '--', ...theirs],
    end: ['hub', 'stop'],
  },
  {
    id: 'continue-cli',
    package: 'npm:@continuedev/cli@1.5.47',
    command: 'cn',
    folder: '.continue',
    files: {
      '.continue/config.yaml':
        'name: own\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: none\n    provider: openai\n    model: none\n    apiKey: none\n    apiBase: http://127.0.0.1:9/v1\n',
    },
    list: ['-p', 'say what you have'],
  },
  {
    id: 'mcp-inspector',
    package: 'npm:@modelcontextprotocol/inspector@2.12.0',
    command: 'mcp-inspector',
    list: ['--cli', '--config', 'mcp.json', '--server', 'time', '--method', 'tools/list'],
    shows: /"name": "get_current_time"/,
  },
  {
    id: 'mcporter',
    package: 'npm:mcporter@0.12.3',
    command: 'mcporter',
    folder: '.mcporter',
    list: ['list'],
    add: 'config add other --command npx --arg -y --arg some-server --scope home'.split(' '),
    shows: /- time .*\(2 tools/,
  },
  {
    id: 'mistral-vibe',
    package: 'pypi:mistral-vibe==3.0.2',
    command: 'vibe',
    folder: '.vibe',
    // It has no list: it refuses what it has already.
    list: 'mcp add time --transport stdio --command npx'.split(' '),
    add: 'mcp add other --transport stdio --command npx --arg=-y --arg some-server'.split(' '),
    shows: /`time` is already configured/,
  },
  {
    id: 'openhands',
    package: 'pypi:openhands==1.16.0',
    command: 'openhands',
    folder: '.openhands',
    list,
    add: ['mcp', 'add', 'other', '--transport', 'stdio', 'npx', '--', '-y', 'some-server'],
    // It only lists.
    shows: /• time \[✓ enabled\]\s+Transport: stdio\s+Command:\s+\S+mcpcat\s+Arguments: run time/,
    env: { OPENHANDS_SUPPRESS_BANNER: '1' },
  },
  {
    id: 'mcp-cli',
    package: 'pypi:mcp-cli==0.20.1',
    command: 'mcp-cli',
    list: ['tools', '--server', 'time'],
    shows: /get_current_time/,
  },
  {
    id: 'gptme',
    package: 'pypi:gptme==0.35.1',
    command: 'gptme-util',
    folder: '.config/gptme',
    files: { '.config/gptme/config.toml': '[mcp]\nenabled = true\n' },
    list,
    shows: /time \(stdio\)\s+Status: \S+ Connected \(2 tools/,
  },
];
