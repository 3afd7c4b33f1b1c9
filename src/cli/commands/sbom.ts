import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'sbom',
  summary: 'List what is in a server’s image: packages, hashes, licences',
  usage: 'NAME [--format cyclonedx|spdx]',
  options: {
    format: {
      type: 'string',
      value: 'FORM',
      help: 'cyclonedx (1.6, the default) or spdx (2.3), both as JSON',
    },
    platform: {
      type: 'string',
      value: 'PLATFORM',
      help: 'linux/amd64 or linux/arm64 (default: this machine’s)',
    },
    out: { type: 'string', value: 'FILE', help: 'where (default: printed)' },
    catalog: common.catalog,
  },
  examples: [
    ['mcpcat sbom time', 'CycloneDX, from the locks alone'],
    ['mcpcat sbom github --format spdx --out github.spdx.json', 'into a file'],
  ],
  completes: 'entries',
  load: () => import('../execute/sbom.ts'),
};
