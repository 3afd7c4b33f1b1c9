import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'base',
  summary: 'Make the base images from Debian packages',
  usage: 'build|update [node|python|go…]',
  options: {
    check: { type: 'boolean', help: 'with update: only say what the mirror has that is newer' },
    update: { type: 'boolean', help: 'with build: the same as base update' },
    'newest-base': {
      type: 'boolean',
      help: 'with build: go on with the newest packages, for this machine only; the locks stay',
    },
    locked: { type: 'boolean', help: 'with build: the locked packages again, after --newest-base' },
    platform: {
      type: 'string',
      value: 'OS/ARCH',
      help: 'linux/arm64 makes the runtime bases of another platform',
    },
    mirror: { type: 'string', value: 'URL', help: 'Debian mirror (default: http://deb.debian.org/debian)' },
    snapshot: {
      type: 'string',
      value: 'URL',
      help: 'where locked packages are that the mirror has no longer (default: https://snapshot.debian.org)',
    },
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
    [
      'mcpcat base build --newest-base',
      'where neither mirror nor snapshot archive has a locked package; images then have no proof of the catalog',
    ],
    ['mcpcat base update --check', 'exit code 1 if there is something newer'],
    ['mcpcat base build --platform linux/arm64', 'for arm64 images, without emulation'],
  ],
  completes: ['build', 'update'],
  load: () => import('../execute/base.ts'),
};
