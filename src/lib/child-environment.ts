type Env = Readonly<Record<string, string | undefined>>;

/** What a program needs to find itself, its folders, its language and the network, on any system. */
const common =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|SSL_CERT_FILE|SSL_CERT_DIR|(https?|all|no)_proxy|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA)$/i;

/** What programs that hand out credentials ask for besides: keyrings, and the clouds whose keys they fetch. */
const credentials =
  /^(XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|GNUPGHOME|GPG_TTY|PASSWORD_STORE_\w+|SSH_AUTH_SOCK|(AWS|AZURE|ARM|GOOGLE|CLOUDSDK|OCI|ECR)_\w+|DOCKER_CONFIG)$/;

/**
 * The environment of a program that we start: a list of names that may pass, and `own` on top. Everything else stays
 * behind, so that no setting of the user's other tools (GOFLAGS, UV_*, PIP_*, NODE_OPTIONS, LD_PRELOAD) changes what
 * such a program checks, and no token of ours (GITHUB_TOKEN) is in it.
 */
export function childEnvironment(
  env: Env,
  own: Readonly<Record<string, string>> = {},
  kind: 'tool' | 'credential-helper' = 'tool',
): Record<string, string> {
  const passes = (name: string): boolean =>
    common.test(name) || (kind === 'credential-helper' && credentials.test(name));
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passes(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(kept), ...own };
}
