/**
 * Bundles `src` into `dist`: `launcher.cjs`, one file for `mcpcat run`, `serve.cjs`, one for `mcpcat serve`, `clients.cjs` for `mcpcat clients`, with `tunnel.cjs` for servers that have a
 * network, and `main.js` with its chunks for all verbs. What the launcher rarely needs (YAML, schema, pulls) it loads
 * from modules of the last.
 */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { licenseText } from './bundle/licenses.ts';
import { initSourcesId } from '../src/process1/sources.ts';
import { withUsedMethods } from './bundle/used-methods.ts';

/** esbuild gives a plug-in paths as the system writes them. */
const slashed = (file: string): string => file.replaceAll('\\', '/');

/**
 * dockerode's optional transports (BuildKit sessions over grpc, DOCKER_HOST=ssh://) cost 100 ms of start-up and
 * half of the bundle. The adapter uses neither: the classic builder needs no session, and over ssh it is the system's
 * own that leads to the engine (`engine/ssh`). Nor do we use its way to pack folders, its debug log, or old Nodes' streams.
 */
const leanDockerode: Plugin = {
  name: 'lean-dockerode',
  setup(b) {
    const absent =
      /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|cpu-features|@balena\/dockerignore)$/;
    b.onResolve({ filter: absent }, ({ path: name }) => ({ path: name, namespace: 'absent' }));
    b.onResolve({ filter: /^tar-fs$/ }, ({ path: name, importer }) =>
      /node_modules\/dockerode\//.test(slashed(importer)) ? { path: name, namespace: 'absent' } : undefined,
    );
    b.onResolve({ filter: /^debug$/ }, ({ path: name, importer }) =>
      /node_modules\/docker-modem\//.test(slashed(importer))
        ? { path: name, namespace: 'silent' }
        : undefined,
    );
    // Its only use there is to print every request for that log: 5 ms each, before the request goes out.
    b.onResolve({ filter: /^util$/ }, ({ path: name, importer }) =>
      /node_modules\/docker-modem\/lib\/modem/.test(slashed(importer))
        ? { path: name, namespace: 'unprinted' }
        : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'unprinted' }, () => ({ contents: "exports.inspect = () => '';" }));
    b.onResolve({ filter: /^readable-stream$/ }, ({ importer }) =>
      /node_modules\/docker-modem\//.test(slashed(importer))
        ? { path: 'node:stream', external: true }
        : undefined,
    );
    // Builtins that cost milliseconds and that a socket on this machine never needs.
    b.onResolve({ filter: /^(https|zlib|crypto)$/ }, ({ path: name, importer }) =>
      /node_modules\/(dockerode|docker-modem)\//.test(slashed(importer))
        ? { path: name, namespace: 'late-builtin' }
        : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'late-builtin' }, ({ path: name }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, key) => require('node:${name}')[key] });`,
    }));
    // Node warns of url.parse(), also from within url.resolve(), on stderr wherever it is called outside of node_modules, as in a bundle.
    b.onResolve({ filter: /^url$/ }, ({ importer }) =>
      /node_modules\/docker-modem\//.test(slashed(importer)) ? { path: 'url', namespace: 'urls' } : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'urls' }, () => ({
      contents: `exports.format = require('node:url').format;
        exports.resolve = (base, path) => new URL(path, base).href;
        exports.parse = (text) => {
          const { protocol, hostname, port, pathname, search } = new URL(text);
          return { protocol, hostname: hostname.replace(/[[\\]]/g, ''), port, path: pathname + search };
        };`,
    }));
    b.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
    b.onLoad({ filter: /.*/, namespace: 'silent' }, () => ({ contents: 'module.exports = () => () => {};' }));
  },
};

/**
 * The launcher creates, runs and removes containers; of dockerode's other nouns it needs none (an exec goes over our
 * own wire), and of our manifest the version.
 */
const onlyContainers: Plugin = {
  name: 'only-containers',
  setup(b) {
    b.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path: file }) => {
      const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    const others = /^\.\/(network|service|plugin|secret|config|task|node|session|buildkit|exec|volume)$/;
    b.onResolve({ filter: others }, ({ path: name, importer }) =>
      /node_modules\/dockerode\//.test(slashed(importer)) ? { path: name, namespace: 'unused' } : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = class {};' }));
    b.onLoad({ filter: /\/dockerode\/lib\/(docker|container|image)\.js$/ }, async ({ path: file }) => {
      const adapter = 'src/engine/docker';
      const ours = (await readdir(adapter)).map((name) => readFile(path.join(adapter, name), 'utf8'));
      return {
        contents: withUsedMethods(await readFile(file, 'utf8'), (await Promise.all(ours)).join('\n')),
      };
    });
  },
};

/**
 * npm's resolver comes with what installs packages and runs their scripts. We resolve and never install, so that part
 * is left out: it looks for node-gyp as soon as it is loaded.
 */
const resolverOnly: Plugin = {
  name: 'resolver-only',
  setup(b) {
    b.onResolve({ filter: /^@npmcli\/run-script$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'never-run',
    }));
    // 0.5 MB of old alphabets, which no registry answers in; without it the fetcher does without.
    b.onResolve({ filter: /^iconv-lite$/ }, ({ path: name, importer }) =>
      /node_modules\/minipass-fetch\//.test(slashed(importer))
        ? { path: name, namespace: 'not-installed' }
        : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'not-installed' }, () => ({
      contents: "throw new Error('left out');",
    }));
    b.onLoad({ filter: /.*/, namespace: 'never-run' }, () => ({
      contents:
        "module.exports = () => { throw new Error('Internal error: a script of a package was to be run'); };",
    }));
  },
};

/** CycloneDX's library also writes XML and validates, with packages that it takes if they are there. We write JSON. */
const jsonBomsOnly: Plugin = {
  name: 'json-boms-only',
  setup(b) {
    const optional = /^(libxmljs2|xmlbuilder2|ajv|ajv-formats|ajv-formats-draft2019)$/;
    b.onResolve({ filter: optional }, ({ path: name, importer }) =>
      /node_modules\/@cyclonedx\//.test(slashed(importer))
        ? { path: name, namespace: 'not-taken' }
        : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'not-taken' }, () => ({ contents: "throw new Error('left out');" }));
  },
};

/** What the launcher loads late is an entry of the second bundle. */
const late = {
  load: 'src/catalog/load.ts',
  'open-server': 'src/catalog-index/open-server.ts',
  'refresh-copy': 'src/catalog-index/refresh-copy.ts',
  build: 'src/engine/docker/build.ts',
  progress: 'src/engine/docker/progress.ts',
  http: 'src/http-bridge/http-attachment.ts',
  'named-image': 'src/cli/execute/named-image.ts',
  'pull-for-run': 'src/cli/execute/pull-for-run.ts',
  'verify-image': 'src/trust/verify-image.ts',
  'read-signing': 'src/attest/read-signing.ts',
  'say-unverified': 'src/cli/execute/say-unverified.ts',
  'hold-input': 'src/launch/hold-input.ts',
  'sort-lines': 'src/launch/sort-lines.ts',
  secrets: 'src/secrets/secrets.ts',
  'package-server': 'src/cli/execute/package-server.ts',
  'build-missing': 'src/cli/execute/build-missing.ts',
  'prepare-anew': 'src/process1/prepare-anew.ts',
  'run-limits': 'src/cli/execute/run-limits.ts',
  'run-on-cluster': 'src/cli/execute/run-on-cluster.ts',
  'connect-cluster': 'src/engine/kubernetes/connect-cluster.ts',
  'step-summary': 'src/cli/step-summary.ts',
  'isolate-for-run': 'src/cli/execute/isolate-for-run.ts',
  forward: 'src/engine/ssh/forward.ts',
  'serve-over-http': 'src/cli/execute/serve-over-http.ts',
  'search-hub': 'src/serve/search-hub.ts',
  spans: 'src/call-log/spans.ts',
  'listed-surfaces': 'src/catalog-index/listed-surfaces.ts',
  'read-profile': 'src/profile/read-profile.ts',
  'call-log': 'src/call-log/call-log.ts',
  'yaml-text': 'src/clients/text/yaml-text.ts',
  'toml-text': 'src/clients/text/toml-text.ts',
  'catalog-pins': 'src/settings/catalog-pins.ts',
  'use-network': 'src/lib/use-network.ts',
  'write-authorities': 'src/lib/write-authorities.ts',
};
const lateModules: Plugin = {
  name: 'late-modules',
  setup(b) {
    b.onResolve({ filter: /^\./ }, ({ path: name, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = slashed(path.relative('.', path.resolve(resolveDir, name)));
      const found = Object.entries(late).find(([, source]) => source === file);
      return found === undefined ? undefined : { path: `./${found[0]}.js`, external: true };
    });
  },
};

/**
 * What only servers with permitted hosts need, and the reader of what a server without any tries. A file of the
 * launcher's own kind: the second bundle's modules take milliseconds to load, and a server may want its network at once.
 */
const tunnelModules = ['open-tunnel', 'dial', 'lease-reports'];
const tunnelApart = apart('tunnel', new RegExp(`/egress/(${tunnelModules.join('|')})\\.ts$`));

/** What only servers of a catalog that names its signer need: a warm start of them loads this and nothing else for it. */
const trustApart = apart('image-trust', /\/image-trust\.ts$/);

/** What `serve` starts and ends servers with, which is more than it greets and lists with. */
const startModules = [
  'cli/execute/prepare-run',
  'session/open-session',
  'launch/reap',
  'cli/execute/serve-warm',
];
const startApart = apart(
  'serve-start',
  new RegExp(`/(${startModules.map((name) => path.basename(name)).join('|')})\\.ts$`),
);

/** What the first file of `serve` begins: a client may be answered before it is loaded. */
const serveApart = apart('serve', /\/serve-launcher\.ts$/);

/** How `ps` and `stop` reach a `serve`: each opens it while its servers sleep. */
const controlApart = apart('serve-control', /\/serve-control\/control\.ts$/);

/** dockerode and what goes through it. A launch needs it when its server runs, and then loads it for good (reap). */
const clientApart = apart('engine-client', /^\.\/client\.ts$/);

function apart(file: string, modules: RegExp): Plugin {
  return {
    name: `${file}-apart`,
    setup(b) {
      b.onResolve({ filter: modules }, ({ path: name, kind }) =>
        kind === 'dynamic-import' ? { path: name, namespace: `${file}-apart` } : undefined,
      );
      b.onLoad({ filter: /.*/, namespace: `${file}-apart` }, () => ({
        contents: `module.exports = require('./${file}.cjs');`,
      }));
      b.onResolve({ filter: new RegExp(`^\\./${file}\\.cjs$`) }, ({ path: name }) => ({
        path: name,
        external: true,
      }));
    },
  };
}

/** Which process 1 this is, once for all: its sources are not read at each launch. */
const initId = await initSourcesId();
const knownSources: Plugin = {
  name: 'known-sources',
  setup(b) {
    b.onLoad({ filter: /\/process1\/sources\.ts$/ }, () => ({
      contents: `export const initSourcesId = () => Promise.resolve(${JSON.stringify(initId)});`,
    }));
  },
};

/**
 * A file that has one command loads it at once: esbuild wraps every module that is imported late, each in functions of
 * its own, which take a launch milliseconds.
 */
const oneCommand: Plugin = {
  name: 'one-command',
  setup(b) {
    b.onLoad({ filter: /[\\/]cli[\\/]commands[\\/](run|serve|clients)\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const module = `../execute/${path.basename(file)}`;
      const imported = `() => import('${module}')`;
      if (!source.includes(imported)) throw new Error(`${file}: expected ${imported}`);
      const early = source.replace(imported, '() => Promise.resolve({ execute })');
      return { contents: `import { execute } from '${module}';\n${early}`, loader: 'ts' };
    });
  },
};

/**
 * What reads a dozen small files one after the other is quicker without Node's promises of files: they are not in its
 * snapshot, and start threads.
 */
const filesAtOnce: Plugin = {
  name: 'files-at-once',
  setup(b) {
    b.onResolve({ filter: /^node:fs\/promises$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'files-at-once',
    }));
    b.onLoad({ filter: /.*/, namespace: 'files-at-once' }, () => ({
      contents: `const fs = require('node:fs');
for (const name of ['access', 'chmod', 'chown', 'mkdir', 'readFile', 'readlink', 'realpath', 'rename', 'rm', 'stat', 'writeFile'])
  exports[name] = async (...args) => fs[name + 'Sync'](...args);`,
    }));
  },
};

/**
 * `serve` greets its client before it needs a hash or chance: node:crypto takes a twentieth of that time to load. An
 * import of anything else fails here.
 */
const lateCrypto: Plugin = {
  name: 'late-crypto',
  setup(b) {
    b.onResolve({ filter: /^node:crypto$/ }, ({ path: name, kind }) =>
      kind === 'require-call' ? { path: name, external: true } : { path: name, namespace: 'late-crypto' },
    );
    const names = ['createHash', 'createHmac', 'hash', 'randomBytes', 'timingSafeEqual'];
    b.onLoad({ filter: /.*/, namespace: 'late-crypto' }, () => ({
      contents: names
        .map((name) => `export const ${name} = (...args) => require('node:crypto').${name}(...args);`)
        .join('\n'),
    }));
  },
};

/** A launch on Linux need not load what other systems are asked with. */
const otherHosts: Plugin = {
  name: 'other-hosts',
  setup(b) {
    b.onResolve({ filter: /\/other-hosts\.ts$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'other-hosts',
    }));
    b.onLoad({ filter: /.*/, namespace: 'other-hosts' }, () => ({
      contents: "exports.otherHost = (machine) => require('./other-hosts.cjs').otherHost(machine);",
    }));
    b.onResolve({ filter: /^\.\/other-hosts\.cjs$/ }, ({ path: name }) => ({ path: name, external: true }));
  },
};

const common: BuildOptions & { readonly metafile: true } = {
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  legalComments: 'none',
  // Its other build can't be bundled: it asks for its own parts by a `require` of its own.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

// Into a folder beside it, then swapped: a `mcpcat` that runs meanwhile finds the old bundle or the new one.
const outdir = 'dist.new';

/** A file of its own in CommonJS, which Node loads a little faster. */
const alone = {
  ...common,
  format: 'cjs',
  minifyWhitespace: true,
  minifyIdentifiers: true,
} as const;
/** Of these modules, under the name that whoever needs them asks for. */
const named = { outdir, outExtension: { '.js': '.cjs' } } as const;
/** What was written as a module finds its folder as one of CommonJS does. */
const ownFolder = { 'import.meta.dirname': '__dirname' } as const;

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir);
const built = await Promise.all([
  build({
    ...common,
    entryPoints: { main: 'src/main.ts', ...late },
    outdir,
    splitting: true,
    format: 'esm',
    minifyWhitespace: true,
    // A stack that somebody reports names a version and a place: the same bundle can be made again, with its names.
    minifyIdentifiers: true,
    define: { __dirname: 'import.meta.dirname' },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    plugins: [knownSources, leanDockerode, resolverOnly, jsonBomsOnly],
  }),
  ...[
    { launcher: 'src/launcher.ts' },
    { serve: 'src/serve-launcher.ts' },
    { 'serve-early': 'src/serve-early.ts' },
    { clients: 'src/clients-launcher.ts' },
  ].map(async (entryPoints) =>
    build({
      ...alone,
      ...named,
      entryPoints,
      define: ownFolder,
      plugins: [
        oneCommand,
        otherHosts,
        clientApart,
        tunnelApart,
        trustApart,
        serveApart,
        lateModules,
        knownSources,
        onlyContainers,
        ...('clients' in entryPoints ? [filesAtOnce] : []),
        ...('serve' in entryPoints ? [lateCrypto, startApart, controlApart] : []),
      ],
    }),
  ),
  build({
    ...alone,
    stdin: {
      contents: tunnelModules.map((name) => `export * from './src/egress/${name}.ts';`).join('\n'),
      resolveDir: '.',
      sourcefile: 'tunnel.ts',
    },
    outfile: `${outdir}/tunnel.cjs`,
  }),
  build({
    ...alone,
    stdin: {
      contents: startModules.map((name) => `export * from './src/${name}.ts';`).join('\n'),
      resolveDir: '.',
      sourcefile: 'serve-start.ts',
    },
    outfile: `${outdir}/serve-start.cjs`,
    define: ownFolder,
    plugins: [otherHosts, clientApart, tunnelApart, trustApart, lateModules, knownSources, onlyContainers],
  }),
  build({
    ...alone,
    ...named,
    entryPoints: { 'engine-client': 'src/engine/docker/client.ts' },
    plugins: [lateModules, onlyContainers, leanDockerode],
  }),
  build({
    ...alone,
    ...named,
    entryPoints: { 'image-trust': 'src/cli/execute/image-trust.ts' },
    define: ownFolder,
    plugins: [lateModules],
  }),
  build({
    ...alone,
    ...named,
    entryPoints: { 'serve-control': 'src/serve-control/control.ts' },
    plugins: [otherHosts],
  }),
  build({
    ...common,
    ...named,
    entryPoints: { 'other-hosts': 'src/host/other-hosts.ts' },
    format: 'cjs',
  }),
]);
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(path.join(outdir, 'LICENSES.txt'), await licenseText(inputs));
// Of these sources, it stays (scripts/init-binaries.ts).
await cp(`dist/init/${initId}`, `${outdir}/init/${initId}`, { recursive: true }).catch(() => undefined);
const before = await readdir('dist').catch(() => []);
if (before.length > 0) await rename('dist', 'dist.old');
await rename(outdir, 'dist');
await rm('dist.old', { recursive: true, force: true });
