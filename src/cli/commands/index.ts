import { common, type CommandSpec } from '../command.ts';
import { keyOption } from './signing-options.ts';

export const spec: CommandSpec = {
  name: 'index',
  summary: 'Write catalog.json: every server with its permissions, image, tools and proof',
  usage: '',
  options: {
    out: { type: 'string', value: 'FILE', help: 'where (default: catalog.json beside the catalog folder)' },
    page: { type: 'string', value: 'FILE', help: 'also write the catalog for people, as Markdown' },
    site: { type: 'string', value: 'DIR', help: 'also write the catalog as a static site' },
    check: { type: 'boolean', help: 'write nothing; exit code 1 if the files are not what would be written' },
    sign: {
      type: 'boolean',
      help: 'also sign it: catalog.json.sigstore.json beside it, with a number that grows and an end',
    },
    'signing-key': keyOption,
    'valid-days': { type: 'string', value: 'N', help: 'with --sign: until when it counts (default: 30)' },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'the bases that images were built on' },
    catalog: common.catalog,
    json: common.json,
  },
  examples: [
    ['mcpcat index', 'after entries, proofs or images have changed'],
    ['mcpcat index --page docs/catalog.md', 'the table too'],
    ['mcpcat index --site public', 'pages to publish, or to open from the disk'],
    ['mcpcat index --sign --signing-key release.pem', 'so that whoever fetches it notices an older one'],
    ['mcpcat index --check', 'where they are written'],
  ],
  load: () => import('../execute/index.ts'),
};
