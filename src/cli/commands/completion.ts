import type { CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'completion',
  summary: 'Print a completion script for your shell',
  usage: 'bash|zsh|fish',
  options: {},
  examples: [['source <(mcpcat completion bash)', 'in ~/.bashrc']],
  completes: ['bash', 'zsh', 'fish'],
  load: () => import('../execute/completion.ts'),
};
