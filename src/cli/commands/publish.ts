import { common, type CommandSpec } from '../command.ts';
import { publishSigning } from './signing-options.ts';

export const spec: CommandSpec = {
  name: 'publish',
  summary: 'Push verified images to a registry, signed, and record their digests',
  usage: 'NAME… | --all | --from DIR [NAME…]',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    registry: {
      type: 'string',
      value: 'HOST/PREFIX',
      help: 'where they go, such as ghcr.io/owner (also MCPCAT_REGISTRY)',
    },
    from: { type: 'string', value: 'DIR', help: 'what mcpcat rebuild --save wrote; needs no engine' },
    dealt: {
      type: 'string',
      value: 'JSON',
      help: 'with --from: the matrix of mcpcat plan; two jobs must agree on each server',
    },
    ...publishSigning,
    'dry-run': { type: 'boolean', help: 'compute the digests and write image.json, push nothing' },
    force: { type: 'boolean', help: 'repack and compare even if nothing changed' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    platforms: common.platforms,
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'the base image it was built on' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat publish time --registry ghcr.io/owner', 'as ghcr.io/owner/time'],
    [
      'mcpcat publish --from built --dealt "$MATRIX"',
      'built/built-1, built/built-2 … of jobs that may not publish',
    ],
    ['mcpcat publish --all --sign --signing-key release.pem', 'each with signed statements about it'],
    ['mcpcat publish --all --dry-run', 'write every catalog/NAME/image.json'],
  ],
  completes: 'entries',
  load: () => import('../execute/publish.ts'),
};
