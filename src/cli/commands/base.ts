import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'base',
  summary: 'Make the base images from Debian packages',
  usage: 'build [node|python|go…]',
  options: {
    update: { type: 'boolean', help: 'take the newest packages and rewrite the locks' },
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
    ['mcpcat base build --platform linux/arm64', 'for arm64 images, without emulation'],
  ],
  completes: ['build'],
  load: () => import('../execute/base.ts'),
};
