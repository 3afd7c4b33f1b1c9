import { z } from 'zod';
import { hostRuleForm } from '../lib/host-rule.ts';

/** The schema of `catalog/<name>/server.yaml` (DESIGN.md, "The entry"). Unknown keys are errors: a typo never weakens. */
const text = z.string().min(1).max(2000);
const line = text.regex(/^[^\n\r\0]*$/, 'must be one line');
const size = z.string().regex(/^[1-9][0-9]*[kmg]$/, 'must be a size such as 512m or 1g');
const absolutePath = z
  .string()
  .regex(
    /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/,
    'must be an absolute path of plain segments, such as /data; no . and ..',
  );
/** MCPCAT_* speaks to mcpcat-init: an entry must not reach it. */
const envName = z
  .string()
  .regex(
    /^(?!MCPCAT_)[A-Za-z_][A-Za-z0-9_]*$/,
    'must be an environment variable name, and not one of MCPCAT_*',
  );
const mountName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens');

const fileInMount = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/,
    'must be MOUNT/PATH with plain segments, such as config/settings.json; no . and ..',
  );

/** `host`, `host:port`, `*.suffix[:port]`, `*[:port]`, or `{ENV_NAME}[:port]`: the host is taken from a setting. */
const host = z
  .string()
  .regex(
    hostRuleForm,
    'must be a lower-case host name, host:port, *.example.com, {ENV_NAME}, {ENV_NAME}:{PORT_NAME} or "*"; no scheme, no path, no IP address',
  );

export const EnvSetting = z.strictObject({
  description: text,
  required: z.boolean().default(false),
  secret: z.boolean().default(false),
  /** A harmless value of the right shape: used by the smoke test and shown to people. */
  example: z.string().optional(),
  default: z.string().optional(),
});

export const Mount = z.strictObject({
  name: mountName,
  target: absolutePath,
  mode: z.enum(['ro', 'rw']).default('ro'),
  required: z.boolean().default(false),
  description: text,
});

/**
 * A folder of the server's own that outlives it, as a volume of the engine. No hyphen in its name: that keeps
 * `mcpcat-<server>-<name>` one server's alone.
 */
export const State = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]{0,30}$/, 'must be lower-case letters and digits'),
  target: absolutePath,
  description: text,
});

/**
 * A server that speaks Streamable HTTP and no stdio: where it listens inside the container, on 127.0.0.1. Without this
 * it speaks stdio. `env` is fixed, for servers that learn from it that and where to listen: no user can change it.
 */
export const Transport = z.strictObject(
  {
    http: z.strictObject({
      port: z.number().int().min(1).max(65_535),
      path: z
        .string()
        .max(500)
        .regex(/^\/[A-Za-z0-9._~/-]*$/, 'must be a path such as /mcp')
        .default('/mcp'),
      env: z.record(envName, line).default({}),
    }),
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
    package: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/),
    without: z.array(z.string()).default([]),
    reason: text,
  }),
]);

export const Entry = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens'),
  title: line,
  description: text,
  categories: z.array(z.string().regex(/^[a-z][a-z0-9-]*$/)).min(1),
  repository: z.url({ protocol: /^https$/ }),
  license: line,
  /** `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]`, `go:PACKAGE-PATH[@VERSION]`; parsed by `source.ts`. */
  source: z
    .string()
    .regex(/^(npm|pypi|go):\S+$/, 'must be npm:NAME, pypi:NAME or go:PATH, optionally @RANGE'),
  /** First word: a bin of the package, or `./path` below the install folder: a script of the runtime (`.js`, `.py`) or a native program. */
  command: z.array(line).min(1),
  args: z.array(line).default([]),
  /** Left out: stdio. */
  transport: Transport.optional(),
  env: z.record(envName, EnvSetting).default({}),
  permissions: z
    .strictObject({
      network: z.array(host).default([]),
      mounts: z.array(Mount).default([]),
      state: z.array(State).default([]),
      writable: z.array(absolutePath).default(['/tmp']),
    })
    .default({ network: [], mounts: [], state: [], writable: ['/tmp'] }),
  limits: z
    .strictObject({
      memory: size.default('512m'),
      cpus: z.number().positive().max(64).default(1),
      pids: z.number().int().min(8).max(4096).default(128),
    })
    .default({ memory: '512m', cpus: 1, pids: 128 }),
  /** Size of a private /dev/shm; absent: none at all. */
  shm: size.optional(),
  system: z.array(SystemPackage).default([]),
  /** Dependencies whose install script (npm) or source build (PyPI) must run, each with the reason. */
  scripts: z.array(z.strictObject({ package: line, reason: text })).default([]),
  /** Findings of the smoke test that are accepted for this entry, each with the reason. */
  exceptions: z.array(z.strictObject({ finding: line, reason: text })).default([]),
  smoke: z
    .strictObject({
      env: z.record(envName, z.string()).default({}),
      args: z.array(line).default([]),
      /** Files in mounts, for a server that needs one to start: text by `MOUNT/PATH`. */
      files: z.record(fileInMount, z.string().max(100_000)).optional(),
      call: z
        .strictObject({ tool: line, arguments: z.record(z.string(), z.unknown()).default({}) })
        .optional(),
    })
    .default({ env: {}, args: [] }),
});
export type Entry = z.infer<typeof Entry>;
export type EnvSetting = z.infer<typeof EnvSetting>;
export type Mount = z.infer<typeof Mount>;
export type State = z.infer<typeof State>;
