/** Bundles `src/main.ts` into `dist/`: split, so that `run` loads only the launch path. */
import { rm } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';

/**
 * dockerode's optional transports (BuildKit sessions over grpc, DOCKER_HOST=ssh://) cost 100 ms of start-up and
 * half of the bundle. The adapter uses neither: the classic builder needs no session, and ssh:// is refused by
 * `engine/locate` with a hint.
 */
const withoutSessions: Plugin = {
  name: 'without-sessions',
  setup(b) {
    b.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|cpu-features)/ }, (args) => ({
      path: args.path,
      namespace: 'absent',
    }));
    b.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  legalComments: 'none',
  // Loaded only by maintainers' commands, from node_modules; far too dynamic to bundle.
  external: ['@npmcli/arborist', 'octokit'],
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  plugins: [withoutSessions],
});
