import type { PackageKind } from './found.ts';

/** A program that starts packages, as data. Options that are not named here are refused: each could change what is installed. */
export interface Runner {
  readonly words: RegExp;
  readonly kind: PackageKind;
  /** Change nothing of what is installed or started. */
  readonly harmless: RegExp;
  /** The same, with a value behind them. */
  readonly harmlessValued?: RegExp;
  /** Name the package apart from the command. */
  readonly names?: RegExp;
  /** A command line in one word. */
  readonly calls?: RegExp;
  /** Change what is installed: with what to type instead. */
  readonly changes: Readonly<Record<string, string>>;
  /** The first word behind the package is its program (`pipx run --spec PKG BIN`). */
  readonly installs?: boolean;
}

const elsewhere = 'name the package alone; a mirror is set with npm_config_registry, UV_INDEX_URL or GOPROXY';
const beside =
  'an entry has one package and what that needs: try it without, or ask its maker for a package that needs it';
const python = "servers run on the base's Python 3.13: leave the version out";
const quietly = '-q|--quiet|-s|--silent|--verbose|-v|--color|--no-color|--no-progress';

const npmChanges = {
  '--registry': elsewhere,
  '-w': 'name the package that the workspace publishes',
  '--workspace': 'name the package that the workspace publishes',
  '--node-options': 'leave it out: servers run on the Node of the base',
};
const uvChanges = {
  '--with': beside,
  '--with-requirements': beside,
  '--with-editable': beside,
  '--index-url': elsewhere,
  '--extra-index-url': elsewhere,
  '--default-index': elsewhere,
  '--index': elsewhere,
  '-i': elsewhere,
  '--find-links': elsewhere,
  '-f': elsewhere,
  '--prerelease': 'name the version: pypi:NAME@==1.0rc1',
  '--pre': 'name the version: pypi:NAME@==1.0rc1',
  '--constraint': 'name the version of the package alone',
  '-c': 'name the version of the package alone',
  '--overrides': 'name the version of the package alone',
  '--exclude-newer': 'name the version of the package alone',
  '-r': 'name the package, not a file of requirements',
  '--requirement': 'name the package, not a file of requirements',
  '-e': 'name what the project publishes: pypi:NAME',
  '--editable': 'name what the project publishes: pypi:NAME',
  '--directory': 'name what the project publishes: pypi:NAME',
  '--project': 'name what the project publishes: pypi:NAME',
  '--extra': beside,
  '--system-site-packages': beside,
};

/** Longer names first: `uv tool run` before `uv run`. */
export const runners: readonly Runner[] = [
  {
    words: /^(npx|npm (exec|x)|pnpx|pnpm dlx|yarn dlx|bunx|bun x)$/,
    kind: 'npm',
    harmless: new RegExp(
      `^(-y|--yes|${quietly}|--no-install|--prefer-offline|--prefer-online|--offline|--ignore-existing|--bun|--no-fund|--no-audit|--)$`,
    ),
    names: /^(-p|--package)$/,
    calls: /^(-c|--call)$/,
    changes: npmChanges,
  },
  {
    words: /^(npm (i|install|add)|pnpm (add|i|install)|yarn (add|global add)|bun (add|i|install))$/,
    kind: 'npm',
    harmless: new RegExp(
      `^(-g|--global|-D|-S|-E|--save|--save-dev|--save-exact|${quietly}|--no-fund|--no-audit|--legacy-peer-deps)$`,
    ),
    changes: npmChanges,
    installs: true,
  },
  {
    words: /^(uvx|uv tool run)$/,
    kind: 'pypi',
    harmless: new RegExp(
      `^(${quietly}|-n|--no-cache|--refresh|--isolated|--native-tls|--system-certs|--offline|--no-config|--no-python-downloads|--upgrade|-U|--managed-python|--no-managed-python|--no-env-file|--)$`,
    ),
    harmlessValued: /^(--refresh-package|--cache-dir|--link-mode|--python-preference)$/,
    names: /^--from$/,
    changes: uvChanges,
  },
  {
    words:
      /^(uv tool install|uv pip install|uv add|poetry add|pip3? install|pipx install|(python3?|py) -m pip install)$/,
    kind: 'pypi',
    harmless: new RegExp(
      `^(${quietly}|-U|--upgrade|--user|--no-cache-dir|--no-cache|--break-system-packages|--system|--force|--reinstall|--disable-pip-version-check)$`,
    ),
    changes: uvChanges,
    installs: true,
  },
  {
    words: /^pipx run$/,
    kind: 'pypi',
    harmless: new RegExp(`^(${quietly}|--no-cache)$`),
    names: /^--spec$/,
    changes: {
      ...uvChanges,
      '--pip-args': elsewhere,
      '--path': 'name what the project publishes: pypi:NAME',
    },
  },
  {
    words: /^go (run|install|get)$/,
    kind: 'go',
    harmless: /^(-v|-x|-u|-a)$/,
    changes: {
      '-tags': 'an entry builds a program with its default tags',
      '-ldflags': 'leave it out: mcpcat sets its own',
      '-mod': 'leave it out: mcpcat locks the modules itself',
      '-modfile': 'leave it out: mcpcat locks the modules itself',
    },
  },
];

/** The value of `--python` says nothing new where the base's version fits it. */
export const pythonHint = python;
