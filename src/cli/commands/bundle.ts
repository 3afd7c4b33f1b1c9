import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'bundle',
  summary: 'Put servers into one file, for machines without a network: images, proofs, signatures, catalog',
  usage: 'create NAME… --out FILE | load FILE [--signer FILE]',
  options: {
    out: { type: 'string', value: 'FILE', help: 'the bundle: a tar, in OCI’s image layout' },
    all: { type: 'boolean', help: 'every server of the catalog that is published' },
    platform: {
      type: 'string',
      multiple: true,
      value: 'PLATFORM',
      help: 'linux/amd64 or linux/arm64 (default: all that the images are for)',
    },
    signer: {
      type: 'string',
      value: 'FILE',
      help: 'load: who must have signed its catalog: a public key in PEM, or a signing.json',
    },
    'insecure-unverified': common.unverified,
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat bundle create time github --out servers.tar', 'all that a machine without network needs'],
    ['mcpcat bundle create time --out time.tar --platform linux/amd64', 'for one kind of machine'],
    ['mcpcat bundle load servers.tar', 'there: verified, loaded, and its catalog kept'],
  ],
  completes: ['create', 'load'],
  load: () => import('../execute/bundle.ts'),
};
