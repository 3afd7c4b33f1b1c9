/** Who says so; earlier ones are believed first. */
export type Witness = 'server.json' | 'manifest' | 'readme' | 'source';

/** A setting that something mentions. */
export interface SettingEvidence {
  readonly name: string;
  readonly witness: Witness;
  readonly description?: string | undefined;
  /** A value that stands there: a placeholder, an example or a default. */
  readonly value?: string | undefined;
  /** Said in so many words; undefined if nobody says. */
  readonly required?: boolean | undefined;
  readonly secret?: boolean | undefined;
  /** What the source falls back to. */
  readonly fallback?: string | undefined;
}

/** A way to start this server that is written down somewhere, for instance a client's configuration. */
export interface StartEvidence {
  readonly witness: Witness;
  /** What comes after the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The bin, where it was named. */
  readonly command?: string | undefined;
}

/** A host that is named in the package's own source, in code and not in prose. */
export interface HostEvidence {
  /** As a permission would have it: `api.example.com`, `*.example.com`, `host:8443`. */
  readonly rule: string;
  /** Files it stands in; the first few. */
  readonly files: readonly string[];
}

/** Names of settings that belong to the system, the runtime or a test, not to a server. */
const system =
  /^(NODE_|NPM_|npm_|XDG_|JEST|VITEST|PYTHON|VIRTUAL_ENV|CONDA|PIP_|UV_|GITHUB_(ACTIONS?|WORKSPACE|EVENT|REF|SHA|RUN_|STEP_|ENV$|OUTPUT)|AWS_LAMBDA|LC_|SSH_(TTY|CONNECTION|CLIENT)|VSCODE|JETBRAINS|TERM|COLOR|FORCE_COLOR|NO_COLOR|GO(PATH|ROOT|OS|ARCH|MOD|BIN|CACHE|PROXY|FLAGS)$|OTEL_|MCPCAT_|MCP_SERVER_(NAME|VERSION)$|UV_|YARN_|BUN_|DENO|ELECTRON|K_SERVICE|FUNCTION_|KUBERNETES_SERVICE|DYNO$|RENDER$|FASTMCP_|GCE_METADATA|READABLE_STREAM|UNDICI|WS_NO_|WEBPACK|VITE_|NEXT_|DOTENV|SENTRY|POSTHOG|SEGMENT|GRPC_|PROTOBUF|JITI|TS_NODE|TSX|SWC|SHARP_|PKG_|DEBUG_FD|GRACEFUL_FS|TEST_)/;
const systemNames = new Set(
  'PATH HOME PWD OLDPWD SHELL USER USERNAME LOGNAME TMPDIR TEMP TMP LANG LANGUAGE TZ CI DEBUG VERBOSE HOSTNAME EDITOR VISUAL PAGER BROWSER DISPLAY WAYLAND_DISPLAY APPDATA LOCALAPPDATA USERPROFILE PROGRAMFILES PROGRAMDATA SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT OS PROCESSOR_ARCHITECTURE HOMEDRIVE HOMEPATH ALLUSERSPROFILE HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE PS1 COLUMNS LINES PORT HOST VERCEL NETLIFY WSL_DISTRO_NAME WSL_INTEROP MSYSTEM INIT_CWD NETRC STREAMLIT _ __'.split(
    ' ',
  ),
);

export function isSystemName(name: string): boolean {
  return systemNames.has(name) || system.test(name);
}

/** Whether a name is written as settings are. */
export function isSettingName(name: string): boolean {
  return /^(?!MCPCAT_)[A-Z][A-Z0-9_]{2,60}$/.test(name) && !isSystemName(name);
}
