import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'base',
  summary: 'Make the base images from Debian packages',
  usage: 'build|update [node|python|go…]',
  options: {
    check: { type: 'boolean', help: 'with update: only say what the mirror has that is newer' },
    update: { type: 'boolean', help: 'with build: the same as base update' },
    locked: { type: 'boolean', help: 'fail if the mirror no longer has a locked version' },
    platform: {
      type: 'string',
      value: 'OS/ARCH',
      help: 'linux/arm64 makes the runtime bases of another platform',
    },
    mirror: { type: 'string', value: 'URL', help: 'Debian mirror (default: http://deb.debian.org/debian)' },
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat base build', 'all bases'],
    ['mcpcat base build node', 'those for npm servers'],
    [
      'mcpcat base update',
      'take the newest packages and rewrite the locks; mcpcat plan then lists all that rest on them',
    ],
    ['mcpcat base update --check', 'exit code 1 if there is something newer'],
    ['mcpcat base build --platform linux/arm64', 'for arm64 images, without emulation'],
  ],
  completes: ['build', 'update'],
  load: () => import('../execute/base.ts'),
};
