/** `docs/architecture.md`, and the layers that test/architecture.test.ts holds: one line for each folder of `src`. */

export interface Folder {
  readonly folder: string;
  /** One line: what it is. */
  readonly what: string;
  /** What other folders use most; a test says that each exists. */
  readonly exports: readonly string[];
}

export interface Layer {
  readonly name: string;
  readonly folders: readonly Folder[];
}

/** From below to above: a folder imports from its own layer and those before it, a verb never from another verb. */
export const layers: readonly Layer[] = [
  {
    name: 'Words of its own',
    folders: [
      {
        folder: 'lib',
        what: 'errors, events, findings, and small things that know nothing of mcpcat',
        exports: ['McpcatError', 'Event', 'Emit', 'Finding', 'oneLine', 'visible'],
      },
      {
        folder: 'host',
        what: 'what differs by operating system: user, process table, folders, sockets and pipes; Linux, macOS, Windows behind one interface',
        exports: ['Host', 'thisHost'],
      },
    ],
  },
  {
    name: 'Ports to the outside, and the catalog',
    folders: [
      {
        folder: 'catalog',
        what: 'schema of entries and locks, loader with line and column, proofs, image records',
        exports: ['loadCatalog', 'loadServer', 'catalogFolder', 'quickEntry', 'Entry', 'readProof'],
      },
      {
        folder: 'versioning',
        what: 'semver, PEP 440 and Go versions behind one interface; which release to take',
        exports: ['versioning', 'chooseRelease'],
      },
      {
        folder: 'engine',
        what: 'the container engine: `engine.ts` is the port, `docker` and `kubernetes` its adapters, `locate` finds the socket',
        exports: ['connectEngine', 'Engine', 'ContainerSettings'],
      },
      {
        folder: 'mcp',
        what: 'the MCP SDKs: a transport over an attached stream, the handshake of both protocol revisions, tool calls',
        exports: ['handshake', 'useTools', 'callTool'],
      },
      {
        folder: 'forge',
        what: 'GitHub: facts about repositories, advisories, pull requests',
        exports: ['connectGitHub', 'repositoryFacts', 'advisoriesFor', 'propose'],
      },
      {
        folder: 'registry',
        what: 'OCI distribution client; repacks saved images so that the same inputs give the same digest',
        exports: ['Registry', 'repackImage', 'pushImage', 'pushIndex', 'pullImage', 'headManifest'],
      },
    ],
  },
  {
    name: 'Parts that the verbs are made of',
    folders: [
      {
        folder: 'upstream',
        what: 'npm, PyPI and the Go proxy: what exists upstream, by conditional requests',
        exports: ['availableReleasesOf', 'ConditionalClient'],
      },
      {
        folder: 'debian',
        what: 'Debian packages: resolved into artifacts with hashes, fetched from mirror or snapshot archive, unpacked',
        exports: ['debianArtifacts', 'newerPackages', 'fetchDebs', 'unpackDeb'],
      },
      {
        folder: 'base',
        what: 'bases: recipes in `templates/base`, lock, references; runtime bases unpacked into one canonical layer, build bases',
        exports: ['loadBases', 'buildBases'],
      },
      {
        folder: 'generate',
        what: 'entry, lock and bases → Dockerfile, context, fingerprint; pure. `quote.ts` is the only door into Dockerfile syntax',
        exports: ['generate'],
      },
      {
        folder: 'inventory',
        what: 'what lies in a server’s image, component by component, from locks alone',
        exports: ['inventoryOf', 'Inventory', 'Component'],
      },
      {
        folder: 'advisories',
        what: 'known holes: OSV records read with bounds, versions held against their ranges; Go’s database; OpenVEX exceptions',
        exports: ['gatherAdvisories', 'holesOf', 'goDatabase', 'readVex'],
      },
      {
        folder: 'score',
        what: 'a server’s score from what lies beside its entry, with the reason of every point; with and without the sandbox',
        exports: ['scoreOf', 'rubric', 'scoresPage'],
      },
      {
        folder: 'attest',
        what: 'statements about images: what they say (run profile, provenance, test result), and a Sigstore bundle held against who must have signed it and what it must be about; pure',
        exports: ['verifiedStatement', 'SignerPolicy', 'Statement', 'statementBytes', 'runProfileOf'],
      },
      {
        folder: 'sign',
        what: 'who signs statements: a P-256 key, or whoever an OpenID Connect token is of (Fulcio, Rekor)',
        exports: ['StatementSigner', 'keySigner', 'keylessSigner', 'tokenSource'],
      },
      {
        folder: 'provenance',
        what: 'what upstream vouches for: npm’s signatures and provenance, PyPI’s attestations, Go’s checksum database; what changed',
        exports: ['askUpstream', 'wordFindings', 'UpstreamRecord'],
      },
      {
        folder: 'fetch',
        what: 'artifacts by hash into a content-addressed cache',
        exports: ['fetchArtifacts'],
      },
      {
        folder: 'package',
        what: 'what a registry and one release’s own files say, without its dependencies',
        exports: ['readPackage', 'lockedPackage'],
      },
      {
        folder: 'evidence',
        what: 'settings, starts and hosts that README, manifests and source of a package speak of',
        exports: ['gather', 'documentedSettings'],
      },
      {
        folder: 'sandbox',
        what: 'entry and the user’s wishes → what a container is started with; labels, owners, mounts',
        exports: ['sandboxOf', 'settingsOf', 'Sandbox'],
      },
      {
        folder: 'egress',
        what: 'the tunnel, the only way out of a container: rules, policy, dialler, frames',
        exports: ['Tunnel', 'openTunnel', 'policyOf'],
      },
      {
        folder: 'http-bridge',
        what: 'servers that speak Streamable HTTP, as attachments like any other, over the tunnel',
        exports: ['httpAttachment'],
      },
      {
        folder: 'settings',
        what: 'the user’s settings file: a JSON reader with line and column, and an entry restricted by it',
        exports: ['readSettings', 'restricted'],
      },
      {
        folder: 'pasted',
        what: 'lines that start a server elsewhere, as people publish them → package, arguments, settings',
        exports: ['wantedOf', 'Found', 'shellWords'],
      },
      {
        folder: 'clients',
        what: 'MCP clients as data: their files, the form of their entries; edits of JSON, TOML and YAML that keep every other byte',
        exports: ['knownClients', 'clientEntry', 'clientFile', 'putServer', 'readServers'],
      },
      {
        folder: 'policy',
        what: 'what a user lets clients do with a server: which tools, how often, how long, how large a result; pure',
        exports: ['ServerPolicy', 'decide', 'RateLimiter', 'limitedResult', 'KeptResults'],
      },
      {
        folder: 'setup-file',
        what: 'the set-up of servers as a file for somebody else, without secrets; read with line and column',
        exports: ['readSetup', 'setupText', 'ServerSetup'],
      },
      {
        folder: 'profile',
        what: 'profiles: which servers one `serve` serves, with which settings, mounts and policy; read with line and column',
        exports: ['readProfile', 'Profile', 'ProfileServer', 'checkSection'],
      },
      {
        folder: 'secrets',
        what: 'secrets of servers, outside of every client’s file: in the system’s keyring, in a file, or read by the user’s command',
        exports: ['storedSecrets', 'storeSecret'],
      },
      {
        folder: 'consent',
        what: 'what a user has agreed to of a catalog’s server; what a changed entry permits beyond that',
        exports: ['agreedTo', 'recordStart', 'widening'],
      },
      {
        folder: 'mcp-lock',
        what: '`mcp-lock.json`: the servers that a team uses, by digest, tools and permissions; what differs from it',
        exports: ['lockedServer', 'lockText', 'readMcpLock', 'driftOf'],
      },
      {
        folder: 'trust',
        what: 'whether an image may start: its statements from a registry or from an earlier look, judged, and the verdict kept; whom Sigstore’s certificates are believed',
        exports: ['verifyImage', 'readVerdict', 'judged', 'trustedRoot'],
      },
      {
        folder: 'catalog-index',
        what: '`catalog.json`: gathered from a folder; read from a file or address, with an offline copy; its tools by hash; for a launch',
        exports: ['gatherCatalogIndex', 'openCatalogIndex', 'quickServer'],
      },
      {
        folder: 'surface',
        what: 'what a server offers, complete: `surface.json`, read and written; compared with what it lists when it runs',
        exports: ['Surface', 'readSurface', 'surfaceText'],
      },
      {
        folder: 'tool-search',
        what: 'finds tools by what they do: BM25 over names, descriptions and arguments; the three tools that stand for all others',
        exports: ['toolSearch', 'searchTools'],
      },
      {
        folder: 'process1',
        what: 'our own process 1 for any image: the volume that holds it, where it comes from, and what an image would start',
        exports: ['ownProcess1', 'Process1'],
      },
      {
        folder: 'session',
        what: 'one server at work, whoever speaks: create, attach, secrets, start, tunnel, lease, its end; the only place that starts a container',
        exports: ['openSession', 'Session'],
      },
      {
        folder: 'serve',
        what: 'many servers behind one MCP endpoint: the router of messages, lists from surfaces, servers asleep until called; the port for fronts',
        exports: ['ClientSession', 'Hub', 'Policy', 'readMessage', 'writeMessage'],
      },
      {
        folder: 'serve-http',
        what: 'Streamable HTTP in front of `serve`: who may come in, sessions and clients without them, streams that are resumed, all bounded',
        exports: ['openHttpFront', 'serveToken', 'listenAddress'],
      },
      {
        folder: 'serve-control',
        what: 'a `serve` at work, as its user’s other processes find and ask it: which servers are awake, and the end of one',
        exports: ['openControl', 'servedNow'],
      },
      {
        folder: 'call-log',
        what: 'who called which tool through serve: JSON lines, rotated and bounded, written behind the calls; read for `calls`',
        exports: ['CallLog', 'readCalls', 'callLogFolder'],
      },
      {
        folder: 'test-session',
        what: 'a front end of a session for tests: example settings, the tunnel leading to a sinkhole, `mcpcat-init probe` inside',
        exports: ['inTestSession', 'withExampleSandbox', 'openSinkhole', 'probe'],
      },
    ],
  },
  {
    name: 'Verbs, none of which imports another',
    folders: [
      { folder: 'update', what: 'entry → lock', exports: ['updateServer'] },
      { folder: 'image-build', what: 'generated context and artifacts → image', exports: ['buildServer'] },
      {
        folder: 'smoke',
        what: 'tests an image in the sandbox: checks, findings, report; what becomes `tools.json`, `surface.json`, `proof.json`',
        exports: ['smokeTest'],
      },
      {
        folder: 'launch',
        what: 'front ends of a session: for an MCP client (stdio, why it ends), and for questions of our own; running sessions, reaping',
        exports: ['launch', 'whileServing', 'reap', 'sessionsWithMemory', 'stopSessions'],
      },
      {
        folder: 'install',
        what: 'servers into and out of clients’ files: the plan, the write, the history that undo takes back; the command that entries name',
        exports: ['planInstall', 'planUninstall', 'apply', 'undo', 'writeOwnCommand'],
      },
      {
        folder: 'adopt',
        what: 'a client’s entry that starts a package we know → the same server as an entry of ours',
        exports: ['adoptedStart', 'startedServer'],
      },
      {
        folder: 'doctor',
        what: 'what the engine can enforce; installs one on Debian',
        exports: ['examine', 'fix'],
      },
      {
        folder: 'audit',
        what: 'records what a server reaches for while its tools are called, and compares it with the entry',
        exports: ['audit'],
      },
      {
        folder: 'publish',
        what: 'packs verified images, pushes them, sets tags, writes `image.json`; packages for another machine',
        exports: ['publishServer', 'packServer', 'inputsTag', 'repositoryRootOf'],
      },
      {
        folder: 'pull',
        what: 'the image that a catalog names into the engine, by digest',
        exports: ['pullServer'],
      },
      {
        folder: 'site',
        what: 'the catalog as a static site: a list to search, a page for each server; pure',
        exports: ['siteOf'],
      },
      {
        folder: 'bundle',
        what: 'servers in one file for machines without a network: an OCI layout in a tar, with catalog, statements and trusted root',
        exports: ['writeBundle', 'gatherImage', 'BundleFacts'],
      },
      {
        folder: 'sbom',
        what: 'an inventory as CycloneDX or SPDX; the same inventory, the same bytes',
        exports: ['cycloneDx', 'spdx'],
      },
      {
        folder: 'scan',
        what: 'inventories against advisories: holes, exceptions, what was not checked; as SARIF',
        exports: ['scan', 'sarif'],
      },
      {
        folder: 'export',
        what: 'the catalog in the forms of other registries and launchers',
        exports: ['chooseExported', 'serverJson', 'dockerCatalog'],
      },
    ],
  },
  {
    name: 'Several verbs in order',
    folders: [
      {
        folder: 'pipeline',
        what: 'checks releases, verifies one in a copy, proposes it; what must be rebuilt; all stages of one entry',
        exports: [
          'checkReleases',
          'updateEntry',
          'planRebuilds',
          'rebuildEntry',
          'publishBuilt',
          'publishSaved',
        ],
      },
    ],
  },
  {
    name: 'A package that nobody has described',
    folders: [
      {
        folder: 'add',
        what: 'package → verified entry: from evidence, and detectors for what its starts show',
        exports: ['add'],
      },
    ],
  },
  {
    name: 'The command line',
    folders: [
      {
        folder: 'cli',
        what: 'argv → command → exit code; renderers. `console` and `process.exit` only here',
        exports: [],
      },
    ],
  },
];

/** Not TypeScript, or not a folder that others import. */
const besides: readonly Folder[] = [
  {
    folder: 'init',
    what: '`mcpcat-init` in C, process 1 of every container; `README.md` there has its jobs',
    exports: [],
  },
];

/** Every folder of `src`. */
export const folderNames = [...layers.flatMap(({ folders }) => folders), ...besides].map(
  ({ folder }) => folder,
);

export function architecturePage(): string {
  return `${[
    '<!-- Written by scripts/generate-docs.ts from scripts/architecture-page.ts; do not edit. -->',
    '',
    '# Where things are',
    '',
    'mcpcat turns `catalog/<name>/server.yaml` into a locked, hermetically built image, verifies it in a sandbox, and runs it for an MCP client in the very same sandbox.',
    '',
    '```mermaid',
    'flowchart LR',
    '  yaml[server.yaml] -->|update| lock[locks]',
    '  lock -->|generate, pure| context[Dockerfile, context, fingerprint]',
    '  context -->|fetch by hash, build without network| image[image]',
    '  image -->|test, in the sandbox| proof[surface.json, tools.json, proof.json]',
    '  proof -->|index| index[catalog.json]',
    '  index -->|run, in the same sandbox| client[MCP client]',
    '```',
    '',
    'A folder imports from its own layer and from those above it in this list; `test/architecture.test.ts` holds that, that there are no cycles, and that dockerode, listr2, octokit and the MCP SDKs have one importing folder each.',
    ...layers.flatMap(({ name, folders }, index) => section(`${String(index + 1)}. ${name}`, folders)),
    ...section('Besides', besides),
    '',
    'Words of strangers go through one door each: to a terminal `lib/plain-text.ts` (everything a command prints passes `cli/text-output.ts`; a renderer puts what must stay on its line through `oneLine`), to Markdown and HTML `lib/markdown-text.ts`. Only `terminal.streams` has the bytes themselves, for a client’s protocol.',
    '',
    '## To add something',
    '',
    '- **A folder of `src`**: one line in `scripts/architecture-page.ts`, then `node scripts/generate-docs.ts`.',
    '- **A command**: `src/cli/commands/<verb>.ts` exports `spec: CommandSpec`, `src/cli/execute/<verb>.ts` exports `execute`; add the spec to the table in `src/cli/commands.ts`.',
    '- **A key of `server.yaml`**: `src/catalog/entry.ts`, with a description; `node scripts/generate-schema.ts` and `node scripts/generate-docs.ts`.',
    '- **A finding**: its row in `src/smoke/finding-kinds.ts` and its page in `docs/findings`.',
    '',
    'Why things are as they are is in [decisions](decisions), the words in [glossary.md](glossary.md), the style in [style.md](style.md).',
  ].join('\n')}\n`;
}

function section(title: string, folders: readonly Folder[]): string[] {
  return [
    '',
    `## ${title}`,
    '',
    '| folder | what it is | others use |',
    '| --- | --- | --- |',
    ...folders.map(
      ({ folder, what, exports }) =>
        `| \`src/${folder}\` | ${what} | ${exports.map((name) => `\`${name}\``).join(', ') || '–'} |`,
    ),
  ];
}
