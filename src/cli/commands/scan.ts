import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'scan',
  summary: 'Find known holes in what servers are made of',
  usage: 'NAME… | --all [--advisories DIR|ZIP]',
  options: {
    all: { type: 'boolean', help: 'every server of the catalog' },
    advisories: {
      type: 'string',
      multiple: true,
      value: 'DIR|ZIP',
      help: 'OSV records for npm, PyPI, Debian, …: a folder or an all.zip of osv.dev',
    },
    online: {
      type: 'boolean',
      help: 'ask api.osv.dev too, which then knows what is in your servers',
    },
    offline: { type: 'boolean', help: 'fetch nothing: the copies that this machine has' },
    partial: { type: 'boolean', help: 'what could not be checked is said, and does not fail the scan' },
    record: {
      type: 'boolean',
      help: 'keep the result beside each entry (scan.json): info and score read it',
    },
    platform: {
      type: 'string',
      value: 'PLATFORM',
      help: 'linux/amd64 or linux/arm64 (default: this machine’s)',
    },
    catalog: common.catalog,
    json: common.json,
    sarif: { type: 'boolean', help: 'print SARIF 2.1.0, for code hosts' },
  },
  examples: [
    ['mcpcat scan github', 'its Go modules against Go’s own database'],
    [
      'mcpcat scan --all --advisories npm.zip --advisories pypi.zip',
      'the catalog against records of osv.dev',
    ],
    ['mcpcat scan --all --partial --sarif > scan.sarif', 'for a code host'],
  ],
  completes: 'entries',
  load: () => import('../execute/scan.ts'),
};
