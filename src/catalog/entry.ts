import { z } from 'zod';
import { plainAddress } from '../lib/markdown-text.ts';
import { hostRuleForm, opaqueMark } from '../lib/host-rule.ts';
import { envName, line, text } from './entry-texts.ts';
import { Smoke } from './entry-smoke.ts';

/**
 * The schema of `catalog/<name>/server.yaml`. Unknown keys are errors: a typo never weakens. The descriptions are what
 * editors show and what `docs/server-yaml.md` is made of.
 */
const size = z.string().regex(/^[1-9][0-9]*[kmg]$/, 'must be a size such as 512m or 1g');
const absolutePath = z
  .string()
  .regex(
    /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/,
    'must be an absolute path of plain segments, such as /data; no . and ..',
  );
const mountName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens');

/** `host`, `host:port`, `*.suffix[:port]`, `*[:port]`, or `{ENV_NAME}[:port]`: the host is taken from a setting. */
const hostText = z
  .string()
  .regex(
    hostRuleForm,
    'must be a lower-case host name, host:port, *.example.com, {ENV_NAME}, {ENV_NAME}:{PORT_NAME} or "*"; no scheme, no path, no IP address',
  );

/** The same, and whether the launcher looks for the host's name in what is sent to it. Kept as one text. */
const host = z.union([
  hostText,
  z
    .strictObject({
      host: hostText.describe('The host, as it would stand alone.'),
      tls: z
        .literal('opaque')
        .describe(
          'Whom TLS (or HTTP) is for is not looked at: for clients that send no server name, or an encrypted one. Without it such connections are refused.',
        ),
    })
    .transform((rule) => `${rule.host}${opaqueMark}`)
    .pipe(hostText),
]);

export const EnvSetting = z.strictObject({
  description: text.describe('What it is for and where to get it, for the person who has to fill it in.'),
  required: z
    .boolean()
    .default(false)
    .describe('The server does not start without it. `run` refuses to start, before any container exists.'),
  secret: z
    .boolean()
    .default(false)
    .describe(
      'Handed to process 1 on stdin, so that neither the process list nor `docker inspect` shows it.',
    ),
  example: z
    .string()
    .optional()
    .describe('A harmless value of the right shape: used by the smoke test and shown to people.'),
  default: z.string().optional().describe('Used if the user sets nothing. A secret has none.'),
});

const flag = z.literal(true).optional();

export const Mount = z.strictObject({
  name: mountName.describe('The name that the user hands a folder or a file to.'),
  target: absolutePath.describe('Where the server sees it.'),
  kind: z
    .enum(['folder', 'file'])
    .optional()
    .describe(
      'What may be handed over: a folder if nothing is said, or one file, such as credentials or the certificate of an authority. A file may lie in a hidden place of the home, which no folder may.',
    ),
  mode: z
    .enum(['ro', 'rw'])
    .default('ro')
    .describe('The most that the user may allow. Writing also takes `:rw` on the command line.'),
  required: z.boolean().default(false).describe('The server does not start without it.'),
  many: flag.describe(
    'It may be handed several folders: each is seen below the target under its own name, and an argument that is the target becomes one for each.',
  ),
  samePath: flag.describe(
    'It is seen at the path that it has on the user’s machine, so that paths in arguments and answers mean the same on both sides; an argument of `args` that is the target, or lies below it, becomes that path. The target is where the server puts such files if nothing is handed over, and may lie in a folder of `writable`.',
  ),
  description: text.describe('What the server does with it.'),
});

/**
 * A folder of the server's own that outlives it, as a volume of the engine. No hyphen in its name: that keeps
 * `mcpcat-<server>-<name>` one server's alone.
 */
export const State = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,30}$/, 'must be lower-case letters and digits')
    .describe('The volume is called `mcpcat-SERVER-NAME`.'),
  target: absolutePath.describe('Where the server sees it.'),
  description: text.describe('What is in it.'),
});

/**
 * A server that speaks Streamable HTTP and no stdio: where it listens inside the container, on 127.0.0.1. Without this
 * it speaks stdio. `env` is fixed, for servers that learn from it that and where to listen: no user can change it.
 */
export const Transport = z.strictObject(
  {
    http: z
      .strictObject({
        port: z
          .number()
          .int()
          .min(1)
          .max(65_535)
          .describe('Where it listens inside its container. Not the port of a permitted host.'),
        path: z
          .string()
          .max(500)
          .regex(/^\/[A-Za-z0-9._~/-]*$/, 'must be a path such as /mcp')
          .default('/mcp')
          .describe('The path of its MCP endpoint.'),
        env: z
          .record(envName, line)
          .default({})
          .describe('Fixed variables that make it listen there. No user can change them.'),
      })
      .describe('The server speaks Streamable HTTP.'),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type'
        ? 'must be {http: {port: 3000, path: /mcp}}; leave it out for stdio'
        : undefined,
  },
);

/** A Debian package for run time; `without` leaves out packages of its dependency tree the server does not need. */
export const SystemPackage = z.union([
  z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be a Debian package name'),
  z.strictObject({
    package: z
      .string()
      .regex(/^[a-z0-9][a-z0-9+.-]+$/)
      .describe('The package.'),
    without: z
      .array(z.string())
      .default([])
      .describe('Packages of its dependency tree that the server does not need.'),
    reason: text.describe('Why they can be left out.'),
  }),
]);

const Permissions = z.strictObject({
  network: z
    .array(host)
    .default([])
    .describe(
      'Hosts it may reach: `host`, `host:port`, `*.suffix`, `{SETTING}` or `{SETTING}:PORT` where the user names the host, `*` for any; `{ host: …, tls: opaque }` where the name inside TLS can not be checked. Port 443 unless another is given, for `*` also 80. Empty: no network at all.',
    ),
  mounts: z.array(Mount).default([]).describe('Folders and single files that the user may hand over.'),
  state: z
    .array(State)
    .default([])
    .describe(
      'Folders of its own that outlive it, as volumes of the engine. No update, `stop` or `prune` touches them.',
    ),
  writable: z
    .array(absolutePath)
    .default(['/tmp'])
    .describe('Folders in memory that it may write to; they vanish with it. Everything else is read-only.'),
});

const Limits = z.strictObject({
  memory: size.default('512m').describe('Memory, such as `512m` or `1g`; there is no swap beyond it.'),
  cpus: z.number().positive().max(64).default(1).describe('Processors.'),
  pids: z.number().int().min(8).max(4096).default(128).describe('Processes and threads together.'),
});

export const Entry = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
    .describe('The name of the folder, and what people type.'),
  title: line.describe('The name that people know it by.'),
  description: text.describe('What it does, in a sentence.'),
  categories: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/))
    .min(1)
    .describe('What it is about, for `search` and for lists.'),
  repository: z
    .url({ protocol: /^https$/ })
    .regex(plainAddress, 'must be an https address without quotes, brackets and spaces')
    .describe('Where its source is.'),
  license: line.describe('Its licence, an SPDX expression if there is one.'),
  /** Parsed by `source.ts`. */
  source: z
    .string()
    .regex(/^(npm|pypi|go|oci):\S+$/, 'must be npm:NAME, pypi:NAME, go:PATH, or oci:REPOSITORY@sha256:…')
    .describe(
      'The package: `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]` or `go:PACKAGE-PATH[@VERSION]`. Or somebody’s image: `oci:REGISTRY/REPOSITORY[:TAG]@sha256:…`, taken by its digest; nothing of it is locked.',
    ),
  command: z
    .array(line)
    .default([])
    .describe(
      'What is started; only an image may leave it out and start its own (ENTRYPOINT, CMD). First word: a program of the package, or `./path` below the install folder: a script of the runtime (`.js`, `.py`) or a native program.',
    ),
  args: z.array(line).default([]).describe('Its arguments. What a user gives after `--` comes after them.'),
  transport: Transport.optional().describe('Only for a server that does not speak stdio.'),
  env: z
    .record(envName, EnvSetting)
    .default({})
    .describe('Its settings by the name of their environment variable. No other variable reaches it.'),
  omitted: z
    .array(
      z.strictObject({
        settings: z.array(envName).min(1).describe('Names of environment variables.'),
        reason: text.describe('Why a user of this entry has no use for them.'),
      }),
    )
    .optional()
    .describe(
      'Settings that upstream documents and the entry leaves out on purpose: `update` does not miss them.',
    ),
  permissions: Permissions.default({
    network: [],
    mounts: [],
    state: [],
    writable: ['/tmp'],
  }).describe('What it may do. What is not here is refused.'),
  limits: Limits.default({ memory: '512m', cpus: 1, pids: 128 }).describe('How much it may use.'),
  shm: size.optional().describe('Size of a `/dev/shm` of its own. Left out: there is none.'),
  system: z
    .array(SystemPackage)
    .default([])
    .describe(
      'Debian packages that it needs at run time, such as `git`: locked and fetched by hash like the rest.',
    ),
  scripts: z
    .array(
      z.strictObject({
        package: line.describe('The dependency.'),
        reason: text.describe('Why its script must run.'),
      }),
    )
    .default([])
    .describe('Dependencies whose install script (npm) must run. All others stay unrun.'),
  exceptions: z
    .array(
      z.strictObject({
        finding: line.describe('The kind of the finding, such as `stdout-noise`.'),
        reason: text.describe('Why it is accepted.'),
      }),
    )
    .default([])
    .describe('Findings that are accepted for this entry.'),
  sharing: z
    .literal('stateless')
    .optional()
    .describe(
      'It keeps nothing between calls, so that all sessions of one `mcpcat serve` may have the same container. `mcpcat test` holds two sessions in one container against each alone. Left out: a container for each session.',
    ),
  smoke: Smoke.default({ env: {}, args: [] }).describe('What `mcpcat test` sets, and the call it makes.'),
});
export type Entry = z.infer<typeof Entry>;
export type EnvSetting = z.infer<typeof EnvSetting>;
export type Mount = z.infer<typeof Mount>;
export type State = z.infer<typeof State>;
