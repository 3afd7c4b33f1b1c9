import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'propose',
  summary: 'Open or move one pull request with the files that differ from the default branch',
  usage: 'PATH…',
  options: {
    branch: { type: 'string', value: 'NAME', help: 'of the pull request: mcpcat/NAME (default: files)' },
    title: { type: 'string', value: 'TEXT', help: 'of the pull request' },
    body: { type: 'string', value: 'TEXT', help: 'what comes before the list of files' },
    repo: { type: 'string', value: 'OWNER/NAME', help: 'where (default: GITHUB_REPOSITORY)' },
    json: common.json,
  },
  examples: [
    ['mcpcat propose catalog catalog.json catalog.tools --branch published', 'what publish and index wrote'],
    ['mcpcat propose templates/base --branch bases', 'what base build --update wrote'],
  ],
  load: () => import('../execute/propose.ts'),
};
